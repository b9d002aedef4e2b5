import type { Backend, GeneratedPicture } from '../../../edge/adapters/backend.ts';
import { textsOf } from '../../../gpu-backend/contract/condition.ts';
import { ApiError } from '../../../gpu-backend/contract/errors.ts';
import { fingerprintOf, objectKeyOf } from '../../../gpu-backend/contract/fingerprint.ts';
import type { GenerateRequest } from '../../../gpu-backend/contract/generate.ts';
import type { World } from '../engine/world.ts';
import type { SimulatedStore } from './simulated-store.ts';

/** Prompts of which no picture may be shown. */
export const NASTY = 'nasty';

/** As in the adapter. */
const TIMEOUT_MS = 60_000;

const NO_TIME = {
  queueMs: 0,
  tokeniseMs: 0,
  textEncoderMs: 0,
  generatorMs: 0,
  encodeMs: 0,
  storeMs: 0,
  totalMs: 0,
};

/** A picture follows from its fingerprint, as it does in the real backend. */
export function bytesOf(fingerprint: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new TextEncoder().encode(`picture ${fingerprint}`));
}

/**
 * The containers: they take their time, shed load, and die before or after they have stored a picture. Who calls may
 * have gone by the time that a picture is stored.
 */
export function createSimulatedBackend(world: World, store: SimulatedStore): Backend {
  const { lives, network, faults, random, trace } = world;
  let started = 0;

  async function make(request: GenerateRequest): Promise<GeneratedPicture[]> {
    if (faults.strikes('backend-refuses')) {
      throw unavailable('it is busy', random.chance(0.5) ? { retryAfterS: random.int(1, 20) } : {});
    }
    await lives.sleep(faults.strikes('backend-slow') ? random.int(5_000, 90_000) : random.int(20, 1_500));
    const { images, ...common } = request;
    if (images.flatMap(textsOf).some((text) => text.includes(NASTY))) throw new ApiError('content_moderated');
    if (faults.strikes('backend-dies-before-put')) throw unavailable('it died before the put');
    return Promise.all(
      images.map(async (image): Promise<GeneratedPicture> => {
        const fingerprint = await fingerprintOf({ ...common, ...image });
        const key = objectKeyOf(fingerprint, common.format, common.tenant);
        const { etag, bytes } = await store.putOnce(key, bytesOf(fingerprint));
        trace.note(`stored ${fingerprint.slice(0, 8)}`);
        if (faults.strikes('backend-dies-after-put')) throw unavailable('it died after the put');
        return { fingerprint, seed: image.seed, etag, bytes };
      }),
    );
  }

  return {
    compose() {
      throw new Error('the simulator composes nothing');
    },
    async generate(request) {
      const { promise: late, reject } = Promise.withResolvers<never>();
      const cancel = lives.after(TIMEOUT_MS, () => reject(new Error('it took longer than 60 s')));
      // In a life of its own: it goes on when nobody waits any more.
      const container = lives.start(`container ${started++}`);
      try {
        const made = network.call('generate', () => lives.run(container, () => make(request)));
        return { pictures: await Promise.race([made, late]), timings: NO_TIME };
      } catch (cause) {
        throw cause instanceof ApiError ? cause : unavailable('the way to it broke', { cause });
      } finally {
        cancel();
      }
    },
  };
}

function unavailable(
  message: string,
  options: { readonly retryAfterS?: number; readonly cause?: unknown } = {},
): ApiError {
  return new ApiError('backend_unavailable', { cause: new Error(message), ...options });
}
