import type { GeneratedPicture } from '../../edge/adapters/backend.ts';
import type { StoredObject } from '../../edge/adapters/object-store.ts';
import {
  createFlightCore,
  type FlightCore,
  type FlightCoreOptions,
  type FlightStep,
} from '../../edge/flight/flight-core.ts';
import type { FlightRow, FlightStorage } from '../../edge/flight/flight-storage.ts';
import { ApiError } from '../../gpu-backend/contract/errors.ts';
import { fingerprintOf, objectKeyOf, type Recipe } from '../../gpu-backend/contract/fingerprint.ts';
import { createManualClock } from '../fakes/manual-clock.ts';

const RECIPE: Recipe = {
  model: 'd'.repeat(64),
  prompt: 'a red apple',
  seed: 0,
  size: 64,
  format: 'png',
  quality: null,
};
export const PLAN = { recipe: RECIPE, fingerprint: await fingerprintOf(RECIPE) };

const TIMINGS = {
  queueMs: 0,
  tokeniseMs: 0,
  textEncoderMs: 0,
  generatorMs: 0,
  encodeMs: 0,
  storeMs: 0,
  totalMs: 0,
};

/** Services around one flight's object, and the object itself, which can die and come back with its storage alone. */
export function createFlightWorld() {
  const clock = createManualClock();
  const objects = new Map<string, StoredObject>();
  const recipes = new Map<string, Recipe>();
  const world = {
    clock,
    objects,
    recipes,
    log: [] as Readonly<Record<string, unknown>>[],
    row: undefined as FlightRow | undefined,
    wakeAt: undefined as number | undefined,
    /** Pictures that the backend was asked for, and the answers that it still owes. */
    asked: 0,
    owed: [] as PromiseWithResolvers<void>[],
    heads: 0,
    /** Whether what the backend was asked for last is wanted no more. */
    withdrawn: () => withdrawnNow?.aborted ?? false,
    isBookDown: false,
    isStoreDown: false,
    /** The step at which the process dies next. */
    dieAt: undefined as FlightStep | undefined,
    /** Lets the backend answer all that it owes. */
    answer: async () => {
      for (const { resolve } of world.owed.splice(0)) resolve();
      await settled();
    },
    fail: async (error: Error) => {
      for (const { reject } of world.owed.splice(0)) reject(error);
      await settled();
    },
    /** The object as it is after an eviction; what the one before it still does reaches nothing. */
    restart: (): FlightCore => {
      const own = ++life;
      const { write, clear, ...rest } = storage;
      return createFlightCore({
        ...options,
        storage: {
          ...rest,
          write: (row, wakeAt) => {
            if (own === life) write(row, wakeAt);
          },
          clear: () => {
            if (own === life) clear();
          },
        },
      });
    },
  };
  let life = 0;
  let withdrawnNow: AbortSignal | undefined;
  const storage: FlightStorage = {
    read: () => structuredClone(world.row),
    write(row, wakeAt) {
      world.row = structuredClone(row);
      world.wakeAt = wakeAt;
    },
    clear() {
      world.row = undefined;
      world.wakeAt = undefined;
    },
  };
  const options: Omit<FlightCoreOptions, 'storage'> = {
    backend: {
      async generate({ images, withdrawn, ...common }) {
        withdrawnNow = withdrawn;
        const [image] = images;
        if (!image || images.length > 1) throw new Error('a flight asks for one picture');
        world.asked++;
        const owed = Promise.withResolvers<void>();
        world.owed.push(owed);
        await owed.promise;
        const { fingerprint } = PLAN;
        const bytes = new Uint8Array(new TextEncoder().encode(fingerprint));
        const picture: GeneratedPicture = { fingerprint, seed: image.seed, etag: '"e"', bytes };
        objects.set(objectKeyOf(fingerprint, common.format), { etag: '"e"', sizeBytes: bytes.length });
        return { pictures: [picture], timings: TIMINGS };
      },
      compose() {
        throw new Error('these flights are of pictures');
      },
    },
    store: {
      async head(key) {
        world.heads++;
        if (world.isStoreDown) throw new ApiError('storage_unavailable');
        return objects.get(key);
      },
    },
    recipes: {
      async keep(fingerprint, recipe) {
        if ('order' in recipe) throw new Error('these flights are of pictures');
        if (world.isBookDown) throw new Error('the book is down');
        recipes.set(fingerprint, recipe);
      },
    },
    now: clock.now,
    log: (entry) => world.log.push(entry),
    crashPoint(step) {
      if (step !== world.dieAt) return undefined;
      world.dieAt = undefined;
      return new Promise<never>(() => undefined);
    },
  };
  return world;
}

/** Waits until all that can go on without the world has done so. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
}
