import { ApiError } from '../../gpu-backend/contract/errors.ts';
import { createAskDurable } from '../durable/ask-durable.ts';
import type { Clock } from '../durable/clock.ts';
import { within } from '../durable/within.ts';
import type { FlightPlan, Flights } from './flight.ts';
import type { FlightAnswer } from './flight-core.ts';
import { errorOf } from './flight-refusal.ts';

/** A flight's object, as it is called from elsewhere. */
interface RemoteFlight {
  generate(
    plan: FlightPlan,
    withBytes: boolean,
    caller?: string,
    traceparent?: string,
    call?: string,
  ): Promise<FlightAnswer>;
  leave(call: string): Promise<void>;
  wasStartedBy(caller: string): Promise<boolean>;
}

export interface DurableFlightsOptions extends Clock {
  /** The one object in the world that owns a fingerprint's flights. */
  readonly flightOf: (fingerprint: string) => RemoteFlight;
}

type CallOptions = Tail<Parameters<RemoteFlight['generate']>>;
type Tail<T> = T extends [unknown, ...infer Rest] ? Rest : never;

/** Calls of a flight's object: one lost with the object is tried once more. */
const MAX_CALLS = 2;

/** Flights owned by Durable Objects, one for each fingerprint. */
export function createDurableFlights({ flightOf, ...clock }: DurableFlightsOptions): Flights {
  const ask = createAskDurable(clock, 'service_unavailable');

  /** Flights take as long as pictures do: the caller's deadline alone limits the call. */
  async function call(plan: FlightPlan, ...how: CallOptions): Promise<FlightAnswer> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await flightOf(plan.fingerprint).generate(plan, ...how);
      } catch (cause) {
        // An object that is overloaded must not be asked again at once.
        const { overloaded } = cause as { overloaded?: boolean };
        if (attempt === MAX_CALLS || overloaded) throw new ApiError('backend_unavailable', { cause });
      }
    }
  }

  return {
    async generate(plan, { deadline, withBytes, caller, traceparent, withdrawn }) {
      if (withdrawn?.aborted) throw new ApiError('superseded');
      const late = () => new ApiError('deadline_exceeded');
      // Its own: a caller may ask again before it is heard that it left.
      const name = withdrawn && crypto.randomUUID();
      // What does not arrive is no harm: then the picture is made.
      const leave = (): void => {
        if (name !== undefined)
          flightOf(plan.fingerprint)
            .leave(name)
            .catch(() => undefined);
      };
      withdrawn?.addEventListener('abort', leave, { once: true });
      const { landing, refusal } = await within(
        call(plan, withBytes, caller, traceparent, name),
        deadline,
        clock,
        late,
      ).finally(() => withdrawn?.removeEventListener('abort', leave));
      if (refusal) throw errorOf(refusal);
      return landing;
    },
    wasStartedBy: (fingerprint, caller) => ask(() => flightOf(fingerprint).wasStartedBy(caller)),
  };
}
