import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiError } from '../../../gpu-backend/contract/errors.ts';
import { fingerprintOf, objectKeyOf } from '../../../gpu-backend/contract/fingerprint.ts';
import { sha256Hex } from '../../../gpu-backend/contract/hex.ts';
import { IMAGE_FORMAT_NAMES, IMAGE_FORMATS } from '../../../gpu-backend/contract/image-format.ts';
import { pictureHashesSchema } from '../../../gpu-backend/contract/picture-hashes.ts';
import { createByteBudget } from '../../../gpu-backend/serving/byte-budget.ts';
import { createLimiter } from '../../../gpu-backend/serving/limiter.ts';
import type { Scheduler } from '../../../gpu-backend/serving/scheduler.ts';
import { createMemoryStore } from '../../../gpu-backend/storage/memory-store.ts';
import type { ObjectStore } from '../../../gpu-backend/storage/object-store.ts';
import { createManualClock } from '../../fakes/manual-clock.ts';
import { createTestBackend, type TestBackend } from '../test-backend.ts';
import { requestFor } from './request-for.ts';

let backend: TestBackend;

beforeAll(async () => {
  backend = await createTestBackend();
  await backend.inference.ready;
});

afterAll(() => backend.close());

describe('createGenerator', () => {
  it.each(IMAGE_FORMAT_NAMES)('stores a %s that stays for ever and says how it was made', async (format) => {
    const { defaultQuality, mediaType } = IMAGE_FORMATS[format];
    const request = requestFor([{ prompt: 'penguin', seed: 3 }], {
      format,
      quality: defaultQuality,
      size: 128,
    });
    const { result, pictures } = await backend.generator.generate(request);
    const [image] = result.images;
    const stored = await backend.store.get(objectKeyOf(image?.fingerprint ?? '', format));
    expect(stored).toMatchObject({
      contentType: mediaType,
      cacheControl: 'public, max-age=31536000, immutable',
      etag: image?.etag,
    });
    expect(stored?.bytes).toEqual(pictures[0]?.bytes);
    const { width, height, xmpAsString } = await sharp(stored?.bytes).metadata();
    expect([width, height]).toEqual([128, 128]);
    expect(xmpAsString).toContain(`galip:promptSha256="${await sha256Hex('penguin')}"`);
    expect(xmpAsString).toContain('galip:nativeSize="64"');
    expect(xmpAsString).not.toContain('penguin');
  });

  it('keeps the picture’s hashes beside it, the same in every format, and answers those that lie there', async () => {
    const results = await Promise.all(
      IMAGE_FORMAT_NAMES.map((format) =>
        backend.generator.generate(
          requestFor([{ prompt: 'blue heart', seed: 8 }], {
            format,
            quality: IMAGE_FORMATS[format].defaultQuality,
          }),
        ),
      ),
    );
    const images = results.map(({ result }) => result.images[0]);
    for (const [at, image] of images.entries()) {
      const key = objectKeyOf(image?.fingerprint ?? '', IMAGE_FORMAT_NAMES[at] ?? 'png');
      expect(image?.hashes).toEqual(images[0]?.hashes);
      expect(pictureHashesSchema.parse((await backend.store.head(key))?.metadata)).toEqual(image?.hashes);
    }
    const request = requestFor([{ prompt: 'blue heart', seed: 9 }]);
    const { images: asked, ...common } = request;
    const fingerprint = await fingerprintOf({ ...common, ...(asked[0] as (typeof asked)[0]) });
    const store = createMemoryStore();
    const others = new Uint8Array([1, 2, 3]);
    const put = { contentType: 'image/png', cacheControl: 'public, max-age=31536000, immutable' };
    await store.putIfAbsent(objectKeyOf(fingerprint, 'png'), others, put);
    const { result, pictures } = await backend.withParts({ store }).generator.generate(request);
    expect(pictures[0]?.bytes).toEqual(others);
    expect(result.images[0]).toMatchObject({ created: false, hashes: undefined });
  });

  it('stores nothing of a request whose deadline passed while it was encoded', async () => {
    const clock = createManualClock();
    const kept = createMemoryStore();
    const puts: string[] = [];
    const store: ObjectStore = {
      ...kept,
      putIfAbsent(key, bytes, options) {
        puts.push(key);
        return kept.putIfAbsent(key, bytes, options);
      },
    };
    const scheduler: Scheduler = {
      ...backend.scheduler,
      run: (asked, signal) =>
        backend.scheduler.run({ ...asked, deadlineAtMs: 1e12 }, signal).map(async (promise) => {
          const row = await promise;
          setImmediate(() => clock.advance(500));
          return row;
        }),
    };
    const late = backend.withParts({ clock, scheduler, store, deadlineMs: 500 }).generator;
    await expect(late.generate(requestFor([{ prompt: 'late penguin', seed: 1 }]))).rejects.toMatchObject({
      code: 'deadline_exceeded',
    });
    // A whole request later the first one's encoder has long ended.
    const { result } = await backend
      .withParts({ store })
      .generator.generate(requestFor([{ prompt: 'early penguin', seed: 1 }], { size: 256 }));
    expect(puts).toEqual([objectKeyOf(result.images[0]?.fingerprint ?? '', 'png')]);
  });

  it('answers with the bytes of whoever stored the picture first', async () => {
    const store = createMemoryStore();
    const request = requestFor([{ prompt: 'green apple', seed: 9 }]);
    const { images: _, ...common } = request;
    const fingerprint = await fingerprintOf({ ...common, prompt: 'green apple', seed: 9 });
    const theirs = Uint8Array.of(1, 2, 3);
    const options = { contentType: 'image/png', cacheControl: 'public' };
    const { etag } = await store.putIfAbsent(objectKeyOf(fingerprint, 'png'), theirs, options);
    const { result, pictures } = await backend.withParts({ store }).generator.generate(request);
    expect(result.images).toEqual([{ fingerprint, seed: 9, etag, created: false }]);
    expect(pictures[0]?.bytes).toEqual(theirs);
  });

  it('leaves provenance out where that is wished', async () => {
    const { generator } = backend.withParts({ withProvenance: false, store: createMemoryStore() });
    const { pictures } = await generator.generate(requestFor([{ prompt: 'pizza', seed: 8 }]));
    expect((await sharp(pictures[0]?.bytes).metadata()).xmp).toBeUndefined();
  });

  describe('asked to answer before it has stored', () => {
    const request = (seed: number) =>
      requestFor([{ prompt: 'deferred penguin', seed }], { durability: 'deferred' });

    it('does so, says so, and is not idle before the picture is stored', async () => {
      const kept = createMemoryStore();
      const open = Promise.withResolvers<void>();
      const store: ObjectStore = {
        ...kept,
        putIfAbsent: (...call) => open.promise.then(() => kept.putIfAbsent(...call)),
      };
      const memory = createByteBudget(2 ** 28);
      const { generator } = backend.withParts({ store, memory });
      const { result, pictures } = await generator.generate(request(1));
      expect(result.images).toMatchObject([{ etag: null, created: null }]);
      const key = objectKeyOf(result.images[0]?.fingerprint ?? '', 'png');
      expect(await kept.head(key)).toBeUndefined();
      expect(generator.inFlight()).toBe(1);
      expect(memory.usedBytes()).toBeGreaterThan(0);
      open.resolve();
      await generator.idle();
      expect((await kept.get(key))?.bytes).toEqual(pictures[0]?.bytes);
      expect(memory.usedBytes()).toBe(0);
    });

    it('tells of a picture that could not be stored', async () => {
      const store: ObjectStore = {
        ...createMemoryStore(),
        putIfAbsent: () => Promise.reject(new ApiError('storage_unavailable')),
      };
      const lost: string[] = [];
      const { generator } = backend.withParts({ store, onLost: (fingerprint) => lost.push(fingerprint) });
      const { result } = await generator.generate(request(2));
      await generator.idle();
      expect(lost).toEqual(result.images.map(({ fingerprint }) => fingerprint));
    });
  });

  it('has no more writes to the store at once than it may', async () => {
    let running = 0;
    let most = 0;
    const kept = createMemoryStore();
    const store: ObjectStore = {
      ...kept,
      async putIfAbsent(...call) {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setImmediate(resolve));
        running--;
        return kept.putIfAbsent(...call);
      },
    };
    const { generator } = backend.withParts({ store, limitStore: createLimiter(2) });
    const images = Array.from({ length: 10 }, (_, seed) => ({ prompt: 'pizza', seed: 100 + seed }));
    expect((await generator.generate(requestFor(images))).pictures).toHaveLength(10);
    expect(most).toBeLessThanOrEqual(2);
  });
});
