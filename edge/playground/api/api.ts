import type { Composition } from '../../client/api-types.ts';
import { createGalip, type Galip } from '../../client/create-galip.ts';
import { createTransport } from '../../client/http/transport.ts';
import { type Compositions, createCompositions } from './compositions.ts';
import { createPaint, type Paint } from './paint.ts';

/** What an answer says of money. */
export interface Spending {
  /** Charged for the request. */
  readonly units: number;
  /** What the key can still spend; undefined: no limit. */
  readonly remaining: number | undefined;
}

/** This server's API, called with one key. */
export interface Api extends Galip {
  readonly compositions: Compositions;
  readonly paint: Paint;
  /** Ends what is open. */
  close(): void;
}

/** A sheet of 64 pictures on a slow machine. */
const COMPOSITION_MS = 300_000;

/** @param onSpending told of each answer that says what was charged. */
export function createApi(apiKey: string, onSpending: (spending: Spending) => void): Api {
  const { origin } = location;
  const fetcher: typeof fetch = async (...given) => {
    const response = await fetch(...given);
    const units = response.headers.get('x-usage-units');
    const remaining = response.headers.get('x-usage-remaining');
    if (units !== null) {
      onSpending({ units: Number(units), remaining: remaining === null ? undefined : Number(remaining) });
    }
    return response;
  };
  const transport = createTransport({ origin, apiKey, fetcher, timeoutMs: COMPOSITION_MS, retries: 0 });
  const galip = createGalip({ baseUrl: origin, apiKey, fetch: fetcher });
  const compositions = createCompositions(transport, galip);
  // The headers of a stream, and of a job, are sent before anything is charged.
  const tell = <Made extends Composition | undefined>(made: Made): Made => {
    if (made) onSpending({ units: made.usage.units, remaining: made.usage.remaining ?? undefined });
    return made;
  };
  const live = galip.live();
  return {
    ...galip,
    paint: createPaint(live, galip, onSpending),
    close: () => void live.close(),
    compositions: {
      ...compositions,
      make: async (...given) => tell(await compositions.make(...given)),
      follow: async (...given) => tell(await compositions.follow(...given)),
    },
  };
}
