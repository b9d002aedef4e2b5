import type { GenerateRequest } from '../../../gpu-backend/contract/generate.ts';
import { readModelManifest } from '../../../gpu-backend/runtime/model-directory.ts';
import { EMOJI_MODEL } from '../../fixtures/emoji-model.ts';

const { digest } = await readModelManifest(EMOJI_MODEL);

/** For pictures of the default model, as PNG files of the size that it makes. */
export function requestFor(
  images: GenerateRequest['images'],
  more: Partial<GenerateRequest> = {},
): GenerateRequest {
  return { model: digest, images, size: 64, format: 'png', quality: null, ...more };
}
