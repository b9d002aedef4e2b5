import { z } from '@hono/zod-openapi';

/** A day: time to roll a new secret out. */
const DEFAULT_OVERLAP_S = 86_400;

/** Seconds, 0 … `maxS`, that a secret goes on after it was exchanged; a day unless given. */
export function overlapField(maxS: number, description: string) {
  const allowed = `must be an integer, 0 … ${maxS}`;
  return z
    .int(allowed)
    .min(0, allowed)
    .max(maxS, allowed)
    .default(DEFAULT_OVERLAP_S)
    .openapi({ description });
}
