import type { Backend, BackendRequest, GeneratedPicture } from '../../../edge/adapters/backend.ts';
import type { Scorer } from '../../../edge/adapters/scorer.ts';
import { BackendFailure, type FailureKind } from '../../../edge/backends/backend-failure.ts';
import { textsOf } from '../../../gpu-backend/contract/condition.ts';
import { ApiError } from '../../../gpu-backend/contract/errors.ts';
import { fingerprintOf, objectKeyOf } from '../../../gpu-backend/contract/fingerprint.ts';
import type { GenerateRequest } from '../../../gpu-backend/contract/generate.ts';
import { createWithdrawals } from '../../../gpu-backend/http/withdrawals.ts';
import type { World } from '../engine/world.ts';
import type { SimulatedStore } from './simulated-store.ts';

/** Prompts of which no picture may be shown. */
export const NASTY = 'nasty';

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
 * A backend's containers, and the way to them: they take their time, shed load, and die before or after they have stored a
 * picture. Who calls may have gone by the time that a picture is stored, or may withdraw what waits.
 */
export function createSimulatedBackend(world: World, store: SimulatedStore, name: string): Backend & Scorer {
  const { lives, network, faults, random, trace } = world;
  const withdrawals = createWithdrawals();
  let started = 0;

  async function make(
    request: GenerateRequest,
    withdrawn: AbortSignal | undefined,
  ): Promise<GeneratedPicture[]> {
    if (faults.strikes('backend-refuses')) {
      throw failure('busy', 'it is busy', random.chance(0.5) ? { retryAfterS: random.int(1, 20) } : {});
    }
    const takesMs = faults.strikes('backend-slow') ? random.int(5_000, 90_000) : random.int(20, 1_500);
    const waitsMs = random.int(0, takesMs);
    await Promise.race([lives.sleep(waitsMs), ...(withdrawn ? [aborted(withdrawn)] : [])]);
    withdrawn?.throwIfAborted();
    await lives.sleep(takesMs - waitsMs);
    const { images, ...common } = request;
    if (images.flatMap(textsOf).some((text) => text.includes(NASTY))) throw new ApiError('content_moderated');
    if (faults.strikes('backend-dies-before-put')) throw failure('broken', 'it died before the put');
    return Promise.all(
      images.map(async (image): Promise<GeneratedPicture> => {
        const fingerprint = await fingerprintOf({ ...common, ...image });
        const key = objectKeyOf(fingerprint, common.format, common.tenant);
        const { etag, bytes } = await store.putOnce(key, bytesOf(fingerprint));
        trace.note(`stored ${fingerprint.slice(0, 8)}`);
        if (faults.strikes('backend-dies-after-put')) throw failure('broken', 'it died after the put');
        return { fingerprint, seed: image.seed, etag, bytes };
      }),
    );
  }

  /** As the adapter's: heard of or not, and perhaps before the request itself. */
  async function withdraw(ticket: string): Promise<void> {
    if (faults.strikes('withdrawal-late')) await lives.sleep(random.int(1, 5_000));
    await network
      .call('withdraw', () => withdrawals.withdraw(ticket, new ApiError('superseded')))
      .catch(() => undefined);
  }

  async function send({ withdrawn, ...request }: BackendRequest): Promise<GeneratedPicture[]> {
    const ticket = `${name} ${started}`;
    // In a life of its own: it goes on when nobody waits any more.
    const container = lives.start(`container ${name} ${started++}`);
    const callOff = (): void => void withdraw(ticket);
    withdrawn?.addEventListener('abort', callOff, { once: true });
    try {
      return await network.call('generate', () =>
        lives.run(container, () =>
          make(request, withdrawn && withdrawals.signalOf(ticket)).finally(() => withdrawals.forget(ticket)),
        ),
      );
    } finally {
      withdrawn?.removeEventListener('abort', callOff);
    }
  }

  return {
    compose() {
      throw new Error('the simulator composes nothing');
    },
    score: () => Promise.reject(failure('busy', 'the simulator scores nothing')),
    async generate(request) {
      if (request.withdrawn?.aborted) throw new ApiError('superseded');
      try {
        return { pictures: await send(request), timings: NO_TIME };
      } catch (cause) {
        if (cause instanceof BackendFailure) throw cause;
        if (!(cause instanceof ApiError)) throw failure('unreachable', 'the way to it broke', { cause });
        throw cause.status < 500 ? cause : failure('broken', 'it could not store', { cause });
      }
    },
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function failure(
  kind: FailureKind,
  message: string,
  options: { readonly retryAfterS?: number; readonly cause?: unknown } = {},
): BackendFailure {
  return new BackendFailure(kind, { cause: new Error(message), ...options });
}
