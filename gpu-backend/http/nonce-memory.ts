import type { VerifyOptions } from '../contract/signature.ts';

/**
 * Nonces held at once: three minutes (the longest life of one) of a thousand signed requests a second, about 40 MB. Only
 * requests whose signature holds get here, so no stranger can fill it.
 */
const NONCE_LIMIT = 200_000;

/**
 * Remembers the nonces of this process; another replica has its own memory, so a replay is refused per replica. A full
 * memory refuses new nonces rather than forget one that is still in its window.
 * @param now seconds since 1970.
 */
export function createNonceMemory(
  now: () => number,
  limit: number = NONCE_LIMIT,
): VerifyOptions['rememberNonce'] {
  const expiries = new Map<string, number>();
  return (nonce, expiresAt) => {
    // Insertion order is nearly expiry order; a nonce that is stuck behind a younger one waits for it.
    for (const [seen, expiry] of expiries) {
      if (expiry >= now()) break;
      expiries.delete(seen);
    }
    if (expiries.has(nonce) || expiries.size >= limit) return false;
    expiries.set(nonce, expiresAt);
    return true;
  };
}
