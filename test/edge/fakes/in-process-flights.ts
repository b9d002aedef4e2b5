import type { Backend } from '../../../edge/adapters/backend.ts';
import type { ObjectStore } from '../../../edge/adapters/object-store.ts';
import type { Clock } from '../../../edge/durable/clock.ts';
import { createDurableFlights } from '../../../edge/flight/durable-flights.ts';
import type { Flights } from '../../../edge/flight/flight.ts';
import { createFlightCore, type FlightCore } from '../../../edge/flight/flight-core.ts';
import type { FlightRow, FlightStorage } from '../../../edge/flight/flight-storage.ts';
import type { Log } from '../../../edge/middleware/answer-errors.ts';
import type { RecipeBook } from '../../../edge/recipes/recipe-book.ts';

export interface InProcessFlightsOptions {
  readonly backend: Backend;
  readonly store: ObjectStore;
  readonly recipes: RecipeBook;
  readonly clock: Clock;
  readonly log: Log;
}

/** The real flights, in this isolate instead of an object for each, on rows in memory. */
export function createInProcessFlights({ clock, ...ports }: InProcessFlightsOptions): Flights {
  const cores = new Map<string, FlightCore>();
  return createDurableFlights({
    flightOf(fingerprint) {
      const core =
        cores.get(fingerprint) ??
        createFlightCore({ ...ports, now: clock.now, storage: createMemoryStorage() });
      cores.set(fingerprint, core);
      return {
        generate: (...call) => core.generate(...call),
        leave: async (caller) => core.leave(caller),
        wasStartedBy: async (caller) => core.wasStartedBy(caller),
      };
    },
    ...clock,
  });
}

function createMemoryStorage(): FlightStorage {
  let row: FlightRow | undefined;
  return {
    read: () => row,
    write(next) {
      row = next;
    },
    clear() {
      row = undefined;
    },
  };
}
