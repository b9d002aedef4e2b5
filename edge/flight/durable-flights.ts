import { ApiError } from '../../gpu-backend/contract/errors.ts';
import type { FlightPlan, Flights } from './flight.ts';
import type { FlightAnswer } from './flight-core.ts';
import { errorOf } from './flight-refusal.ts';

/** A flight's object, as it is called from elsewhere. */
interface RemoteFlight {
  generate(plan: FlightPlan, withBytes: boolean): Promise<FlightAnswer>;
}

export interface DurableFlightsOptions {
  /** The one object in the world that owns a fingerprint's flights. */
  readonly flightOf: (fingerprint: string) => RemoteFlight;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Calls back after so many milliseconds; the returned function calls it off. */
  readonly after: (delayMs: number, callback: () => void) => () => void;
}

/** Calls of a flight's object: one lost with the object is tried once more. */
const MAX_CALLS = 2;

/** Flights owned by Durable Objects, one for each fingerprint. */
export function createDurableFlights({ flightOf, now, after }: DurableFlightsOptions): Flights {
  async function call(plan: FlightPlan, withBytes: boolean): Promise<FlightAnswer> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await flightOf(plan.fingerprint).generate(plan, withBytes);
      } catch (cause) {
        // An object that is overloaded must not be asked again at once.
        const { overloaded } = cause as { overloaded?: boolean };
        if (attempt === MAX_CALLS || overloaded) throw new ApiError('backend_unavailable', { cause });
      }
    }
  }

  return {
    async generate(plan, { deadline, withBytes }) {
      const { promise: late, reject } = Promise.withResolvers<never>();
      const cancel = after(deadline - now(), () => reject(new ApiError('deadline_exceeded')));
      try {
        const { landing, refusal } = await Promise.race([call(plan, withBytes), late]);
        if (refusal) throw errorOf(refusal);
        return landing;
      } finally {
        cancel();
      }
    },
  };
}
