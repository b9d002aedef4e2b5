import { DurableObject } from 'cloudflare:workers';
import { createS3ObjectStore } from '../adapters/s3-object-store.ts';
import { backendsOf } from '../backends/backends-of.ts';
import { parseConfig, type WorkerEnv } from '../config.ts';
import { createDurableFlights } from '../flight/durable-flights.ts';
import type { Flights } from '../flight/flight.ts';
import { createFlightCore, type FlightAnswer, type FlightCore } from '../flight/flight-core.ts';
import type { FlightRow, FlightStorage } from '../flight/flight-storage.ts';
import type { Log } from '../middleware/answer-errors.ts';
import { createD1RecipeBook } from '../recipes/d1-recipe-book.ts';
import { PLATFORM_CLOCK } from './clock.ts';

// Workers refuse a `fetch` that is called as another object's method.
const fetcher: typeof fetch = (input, init) => fetch(input, init);
const log: Log = (entry) => console.error(JSON.stringify(entry));

/** Owns the generation of one fingerprint, so that nobody's hanging up ends it. */
export class FlightObject extends DurableObject<WorkerEnv> {
  readonly #core: FlightCore;

  constructor(state: DurableObjectState, env: WorkerEnv) {
    super(state, env);
    const config = parseConfig(env);
    this.#core = createFlightCore({
      backend: backendsOf(env, config, log),
      store: createS3ObjectStore(config.s3, fetcher),
      recipes: createD1RecipeBook(env.DB),
      storage: createDurableFlightStorage(state.storage),
      now: PLATFORM_CLOCK.now,
      log,
    });
  }

  generate(...call: Parameters<FlightCore['generate']>): Promise<FlightAnswer> {
    return this.#core.generate(...call);
  }

  async leave(call: string): Promise<void> {
    this.#core.leave(call);
  }

  async wasStartedBy(caller: string): Promise<boolean> {
    return this.#core.wasStartedBy(caller);
  }

  override alarm(): Promise<void> {
    return this.#core.wake();
  }
}

const ROW = 'flight';

/** Failed writes break the object, which is what a flight without a memory deserves: nothing of them is awaited. */
function createDurableFlightStorage(storage: DurableObjectStorage): FlightStorage {
  return {
    read: () => storage.kv.get<FlightRow>(ROW),
    write(row, wakeAt) {
      storage.kv.put(ROW, row);
      void storage.setAlarm(wakeAt);
    },
    clear() {
      void storage.deleteAll();
    },
  };
}

export function createFlightsOf(namespace: DurableObjectNamespace<FlightObject>): Flights {
  return createDurableFlights({
    ...PLATFORM_CLOCK,
    flightOf: (fingerprint) => namespace.getByName(fingerprint),
  });
}
