import type { Allowance } from './ledger.ts';

const WINDOW_S = 60;

/**
 * Headers of an answer that spent units: what it cost, what the key has left, and its rate.
 * @see https://www.ietf.org/archive/id/draft-ietf-httpapi-ratelimit-headers-10.html
 */
export function usageHeaders(units: number, { remaining, rate }: Allowance): Record<string, string> {
  return {
    'x-usage-units': String(units),
    ...(remaining !== null && { 'x-usage-remaining': String(remaining) }),
    ...(rate && {
      'ratelimit-policy': `"key";q=${rate.limitPerMinute};w=${WINDOW_S}`,
      ratelimit: `"key";r=${rate.remaining};t=${rate.resetS}`,
    }),
  };
}
