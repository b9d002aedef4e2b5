import type { Backend } from '../../../edge/adapters/backend.ts';
import type { ObjectStore } from '../../../edge/adapters/object-store.ts';
import { createDurableFlights } from '../../../edge/flight/durable-flights.ts';
import type { Flights } from '../../../edge/flight/flight.ts';
import { createFlightCore, type FlightCore } from '../../../edge/flight/flight-core.ts';
import type { FlightRow } from '../../../edge/flight/flight-storage.ts';
import type { Log } from '../../../edge/middleware/answer-errors.ts';
import type { RecipeBook } from '../../../edge/recipes/recipe-book.ts';
import { createAlarm } from '../engine/alarm.ts';
import { deathPointOf } from '../engine/crash.ts';
import { createHost, type Host } from '../engine/host.ts';
import type { World } from '../engine/world.ts';
import type { Mutation } from '../mutation.ts';

export interface FlightsOptions {
  readonly world: World;
  readonly mutation: Mutation;
  /** As an object has it, with its own memory of what is well. */
  readonly backendOf: () => Backend;
  readonly store: ObjectStore;
  readonly recipes: Pick<RecipeBook, 'keep'>;
  readonly log: Log;
  /** Told who started each flight that landed. */
  readonly onLanded: (fingerprint: string, starter: string) => void;
}

/** The real flights, each in an object of its own. Does what `FlightObject` does for the core. */
export function createSimulatedFlights({
  world,
  mutation,
  backendOf,
  onLanded,
  ...ports
}: FlightsOptions): Flights {
  const { lives, time, faults, network, random } = world;
  const hosts = new Map<string, Host<FlightCore>>();

  function open(fingerprint: string): Host<FlightCore> {
    let row: FlightRow | undefined;
    const host = createHost<FlightCore>({
      name: `flight ${fingerprint.slice(0, 8)}`,
      lives,
      open(life) {
        const core = createFlightCore({
          ...ports,
          backend: backendOf(),
          storage: {
            read: () => structuredClone(row),
            write(next, wakeAt) {
              if (!life.isAlive) return;
              row = structuredClone(next);
              if (next.state === 'landed' && next.starter !== undefined) onLanded(fingerprint, next.starter);
              alarm.set(wakeAt);
            },
            clear() {
              if (!life.isAlive) return;
              row = undefined;
              alarm.set(null);
            },
          },
          now: time.now,
          crashPoint: deathPointOf(life, faults),
        });
        return mutation.flightCore?.(core) ?? core;
      },
    });
    const alarm = createAlarm({ time, faults, ring: () => host.serve((core) => core.wake()) });
    world.hosts.push(host);
    return host;
  }

  function call<T>(fingerprint: string, work: (core: FlightCore) => T | Promise<T>): Promise<T> {
    const host = hosts.get(fingerprint) ?? open(fingerprint);
    hosts.set(fingerprint, host);
    return network.ask(`flight ${fingerprint.slice(0, 8)}`, () => host.serve(work));
  }

  return createDurableFlights({
    flightOf: (fingerprint) => ({
      generate: (...asked) => call(fingerprint, (core) => core.generate(...asked)),
      async leave(caller) {
        if (faults.strikes('withdrawal-late')) await lives.sleep(random.int(1, 5_000));
        return call(fingerprint, (core) => core.leave(caller));
      },
      wasStartedBy: (caller) => call(fingerprint, (core) => core.wasStartedBy(caller)),
    }),
    ...world.clock,
  });
}
