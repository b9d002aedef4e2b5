import { createGalip, type Galip } from '../../client/create-galip.ts';

/** What an answer's headers say of money. */
export interface Spending {
  /** Charged for the request. */
  readonly units: number;
  /** What the key can still spend; undefined: no limit. */
  readonly remaining: number | undefined;
}

/**
 * This server's API, called with one key.
 * @param onSpending told of each answer that says what was charged.
 */
export function createApi(apiKey: string, onSpending: (spending: Spending) => void): Galip {
  return createGalip({
    baseUrl: location.origin,
    apiKey,
    async fetch(...given) {
      const response = await fetch(...given);
      const units = response.headers.get('x-usage-units');
      const remaining = response.headers.get('x-usage-remaining');
      if (units !== null) {
        onSpending({ units: Number(units), remaining: remaining === null ? undefined : Number(remaining) });
      }
      return response;
    },
  });
}
