import type { ModelCard } from '../../gpu-backend/contract/model-card.ts';

/** Edge of the simulated model's own pictures, pixels. */
export const NATIVE = 64;

export const MODEL: ModelCard = {
  id: 'simulated-v0',
  digest: 'd'.repeat(64),
  licence: 'CC0-1.0',
  commercialUse: true,
  imageSize: NATIVE,
  stages: 5,
};
