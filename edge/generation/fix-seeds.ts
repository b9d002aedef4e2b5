import { sha256Hex } from '../../gpu-backend/contract/hex.ts';
import type { ImageRequest } from './image-request.ts';

const SCHEME = 'seed/1';
/** Hexadecimal digits of 52 bits: 0 … MAX_SEED holds them all. */
const SEED_DIGITS = 13;

/**
 * The request with seeds of its own in place of "random". They follow from the request's key, which is random itself, so
 * that a request that is tried again makes, and is charged for, the same pictures.
 */
export async function fixSeeds(request: ImageRequest, requestKey: string): Promise<ImageRequest> {
  const { seed, ...rest } = request;
  if (seed !== 'random' || rest.seeds != null) return request;
  const seeds = Array.from({ length: rest.best_of ?? rest.n ?? 1 }, async (_, index) => {
    const digest = await sha256Hex(JSON.stringify([SCHEME, requestKey, index]));
    return Number.parseInt(digest.slice(0, SEED_DIGITS), 16);
  });
  return { ...rest, seeds: await Promise.all(seeds) };
}
