import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { ObjectStore } from '../../gpu-backend/storage/object-store.ts';

/** The same store, spoilt: what every remote implementation must turn into `storage_unavailable`. */
export interface ObjectStoreFaults {
  readonly withWrongSecret: () => ObjectStore;
  readonly withUnreachableEndpoint: () => ObjectStore;
}

const OPTIONS = {
  contentType: 'image/webp',
  cacheControl: 'public, max-age=31536000, immutable',
  metadata: { thumbhash: '1QcSHQRnh493V4dIh4eXh1h4kJUI+/==', phash: '00ff00ff00ff00ff' },
};
const WRITERS = 20;

/**
 * What every ObjectStore does. Runs against a store that may hold anything: keys are fresh and random.
 * @param createStore called once for the suite, at the first test.
 * @param faults left out by stores without endpoint and credentials.
 */
export function objectStoreConformance(
  name: string,
  createStore: () => ObjectStore | Promise<ObjectStore>,
  faults?: ObjectStoreFaults,
): void {
  describe(`ObjectStore: ${name}`, () => {
    let store: Promise<ObjectStore> | undefined;
    const open = () => {
      store ??= Promise.resolve(createStore());
      return store;
    };

    it('gives back what was put, with its type, cache control, metadata and entity tag', async () => {
      const key = freshKey();
      const bytes = randomBody(1_000);
      const put = await (await open()).putIfAbsent(key, bytes, OPTIONS);
      expect(put.created).toBe(true);
      expect(put.etag).toMatch(/^"[^"]+"$/u);
      const expected = { ...OPTIONS, etag: put.etag, sizeBytes: 1_000 };
      expect(await (await open()).head(key)).toEqual(expected);
      expect(await (await open()).get(key)).toEqual({ ...expected, bytes });
    });

    it.each([0, 1, 1024 * 1024])('keeps a body of %i bytes', async (sizeBytes) => {
      const key = freshKey();
      const bytes = randomBody(sizeBytes);
      await (await open()).putIfAbsent(key, bytes, OPTIONS);
      const object = await (await open()).get(key);
      expect(object?.sizeBytes).toBe(sizeBytes);
      expect(sha256(object?.bytes)).toBe(sha256(bytes));
    });

    it('tells a missing key from an error', async () => {
      expect(await (await open()).get(freshKey())).toBeUndefined();
      expect(await (await open()).head(freshKey())).toBeUndefined();
    });

    it('leaves the first writer’s object in place and names it to the second', async () => {
      const key = freshKey();
      const bytes = randomBody(500);
      const first = await (await open()).putIfAbsent(key, bytes, OPTIONS);
      const second = await (await open()).putIfAbsent(key, randomBody(700), {
        ...OPTIONS,
        contentType: 'image/png',
      });
      expect(second).toEqual({ created: false, etag: first.etag });
      expect(await (await open()).get(key)).toEqual({ ...OPTIONS, etag: first.etag, sizeBytes: 500, bytes });
    });

    it(`lets exactly one of ${WRITERS} parallel writers win, and all of them see its bytes`, async () => {
      const key = freshKey();
      const objects = await open();
      const outcomes = await Promise.all(
        Array.from({ length: WRITERS }, async () => {
          const bytes = randomBody(10_000);
          const outcome = await objects.putIfAbsent(key, bytes, OPTIONS);
          return { bytes, ...outcome, seen: await objects.get(key) };
        }),
      );
      const [winner, ...others] = outcomes.filter(({ created }) => created);
      expect(others).toEqual([]);
      for (const { etag, seen } of outcomes) {
        expect(etag).toBe(winner?.etag);
        expect(sha256(seen?.bytes)).toBe(sha256(winner?.bytes));
      }
    });

    it.skipIf(!faults)(
      'reports wrong credentials as storage_unavailable (skipped: store has none)',
      async () => {
        await expectUnavailable(faults?.withWrongSecret());
      },
    );

    it.skipIf(!faults)(
      'reports an unreachable endpoint as storage_unavailable (skipped: store has none)',
      async () => {
        await expectUnavailable(faults?.withUnreachableEndpoint());
      },
    );
  });
}

async function expectUnavailable(store: ObjectStore | undefined): Promise<void> {
  const key = freshKey();
  const unavailable = { code: 'storage_unavailable', status: 503 };
  await expect(store?.putIfAbsent(key, randomBody(10), OPTIONS)).rejects.toMatchObject(unavailable);
  await expect(store?.get(key)).rejects.toMatchObject(unavailable);
  await expect(store?.head(key)).rejects.toMatchObject(unavailable);
}

/** A key of the form that pictures have. */
function freshKey(): string {
  return `i/${randomBytes(32).toString('hex')}.webp`;
}

function randomBody(sizeBytes: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(randomBytes(sizeBytes));
}

function sha256(bytes: Uint8Array | undefined): string | undefined {
  return bytes && createHash('sha256').update(bytes).digest('hex');
}
