import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type ComposeRequest,
  composeResultSchema,
  compositionFingerprintOf,
  type Layout,
} from '../../../gpu-backend/contract/compose.ts';
import type { ErrorBody } from '../../../gpu-backend/contract/errors.ts';
import { objectKeyOf } from '../../../gpu-backend/contract/fingerprint.ts';
import { geometryOf, labelBoxesOf } from '../../../gpu-backend/contract/layout.ts';
import { signedRequest } from '../../fixtures/signed-request.ts';
import { createTestBackend, type TestBackend } from '../test-backend.ts';

const SIZE = 64;
const COUNT = 6;

let backend: TestBackend;
/** Fingerprints and pixels of pictures in the store. */
let pictures: { readonly fingerprint: string; readonly pixels: Buffer }[];

beforeAll(async () => {
  backend = await createTestBackend();
  await backend.inference.ready;
  const { result } = await backend.generator.generate({
    model: backend.model.digest,
    images: Array.from({ length: COUNT }, (_, seed) => ({ prompt: 'a red apple', seed })),
    size: SIZE,
    format: 'png',
    quality: null,
  });
  pictures = await Promise.all(
    result.images.map(async ({ fingerprint }) => {
      const stored = await backend.store.get(objectKeyOf(fingerprint, 'png'));
      return { fingerprint, pixels: await sharp(stored?.bytes).raw().toBuffer() };
    }),
  );
});

afterAll(() => backend.close());

function requestOf(layout: Layout, more: Partial<ComposeRequest> = {}): ComposeRequest {
  return {
    model: backend.model.digest,
    pictures: pictures.map(({ fingerprint }) => fingerprint),
    size: SIZE,
    layout,
    format: 'webp',
    quality: null,
    ...more,
  };
}

const post = async (request: unknown): Promise<Response> =>
  backend.app.fetch(await signedRequest('http://backend.test/v1/compose', request));

/** The stored file. */
async function composed(request: ComposeRequest): Promise<Buffer> {
  const response = await post(request);
  expect(response.status, await response.clone().text()).toBe(200);
  const result = composeResultSchema.parse(await response.json());
  expect(result.fingerprint).toBe(await compositionFingerprintOf(request));
  const stored = await backend.store.get(objectKeyOf(result.fingerprint, request.format, request.tenant));
  expect(stored).toMatchObject({ etag: result.etag, sizeBytes: result.sizeBytes });
  return Buffer.from(stored?.bytes ?? []);
}

const cut = (file: Buffer, left: number, top: number): Promise<Buffer> =>
  sharp(file).removeAlpha().extract({ left, top, width: SIZE, height: SIZE }).raw().toBuffer();

describe('POST /v1/compose', () => {
  it('makes an animation whose frames are the pictures, pixel by pixel', async () => {
    const file = await composed(requestOf({ kind: 'animation', fps: 12, loop: true }));
    const { pages, delay, loop } = await sharp(file, { pages: -1 }).metadata();
    expect({ pages, loop, ms: delay?.reduce((sum, one) => sum + one, 0) }).toEqual({
      pages: COUNT,
      loop: 0,
      ms: 500,
    });
    for (const [page, { pixels }] of pictures.entries()) {
      expect((await sharp(file, { page }).removeAlpha().raw().toBuffer()).equals(pixels)).toBe(true);
    }
    expect(file.includes('trainedAlgorithmicMedia')).toBe(true);
  });

  it('shows an animation that does not loop once', async () => {
    const file = await composed(requestOf({ kind: 'animation', fps: 10, loop: false }, { quality: 80 }));
    expect(await sharp(file, { pages: -1 }).metadata()).toMatchObject({ pages: COUNT, loop: 1 });
  });

  it('makes a gif with a palette for each frame', async () => {
    const file = await composed(requestOf({ kind: 'animation', fps: 10, loop: true }, { format: 'gif' }));
    expect(await sharp(file, { pages: -1 }).metadata()).toMatchObject({ format: 'gif', pages: COUNT });
    const last = await sharp(file, { page: COUNT - 1 })
      .removeAlpha()
      .raw()
      .toBuffer();
    const off = last.reduce(
      (sum, value, at) => sum + Math.abs(value - (pictures[COUNT - 1]?.pixels[at] ?? 0)),
      0,
    );
    expect(off / last.length).toBeLessThan(8);
  });

  it.each(['png', 'webp'] as const)('makes a sheet (%s) with each picture at its place', async (format) => {
    const layout: Layout = { kind: 'sheet', columns: 4 };
    const file = await composed(requestOf(layout, { format }));
    const { width, height, places } = geometryOf(layout, COUNT, SIZE);
    expect(await sharp(file).metadata()).toMatchObject({ width: 4 * SIZE, height: 2 * SIZE });
    expect({ width, height }).toEqual({ width: 4 * SIZE, height: 2 * SIZE });
    for (const [at, { pixels }] of pictures.entries()) {
      expect((await cut(file, places[at]?.x ?? -1, places[at]?.y ?? -1)).equals(pixels)).toBe(true);
    }
  });

  it('makes a grid with each picture at its place, and labels in no picture and in no other label’s room', async () => {
    const layout: Layout = {
      kind: 'grid',
      columns: ['seed 0', '<b>&amp;"\u0000\u{1F34E} ', `${'very '.repeat(40)}long`],
      rows: ['яблоко אפל تفاحة 苹果', 'w'.repeat(200)],
    };
    const file = await composed(requestOf(layout, { format: 'png' }));
    const { width, height, places } = geometryOf(layout, COUNT, SIZE);
    expect(await sharp(file).metadata()).toMatchObject({ width, height });
    for (const [at, { pixels }] of pictures.entries()) {
      expect((await cut(file, places[at]?.x ?? -1, places[at]?.y ?? -1)).equals(pixels)).toBe(true);
    }
    // Beside pictures and labels all is paper; every label has ink.
    const sheet = await sharp(file).removeAlpha().raw().toBuffer();
    const boxes = labelBoxesOf(layout, SIZE);
    const rooms = [...boxes.columns, ...boxes.rows];
    const cells = places.map((place) => ({ ...place, width: SIZE, height: SIZE }));
    const inked = new Set<number>();
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        if (isIn(cells, x, y) >= 0 || sheet[(y * width + x) * 3] === 255) continue;
        inked.add(isIn(rooms, x, y));
      }
    }
    expect([...inked].sort()).toEqual(rooms.map((_, at) => at));
  });

  it('keeps private ones under their owner', async () => {
    const [first] = pictures;
    const stored = await backend.store.get(objectKeyOf(first?.fingerprint ?? '', 'png'));
    const options = { contentType: 'image/png', cacheControl: 'private, no-store' };
    await backend.store.putIfAbsent(
      objectKeyOf(first?.fingerprint ?? '', 'png', 'acme'),
      stored?.bytes ?? new Uint8Array(),
      options,
    );
    const request = requestOf(
      { kind: 'sheet', columns: 1 },
      { tenant: 'acme', pictures: [first?.fingerprint ?? ''] },
    );
    await composed(request);
    expect(
      await backend.store.head(objectKeyOf(await compositionFingerprintOf(request), 'webp')),
    ).toBeUndefined();
  });

  it.each([
    ['a picture that is not there', { pictures: ['0'.repeat(64)] }, 'pictures[0] is not in the store.'],
    ['png of an animation', { format: 'png' }, 'has a format that its layout has not'],
    ['quality of gif', { format: 'gif', quality: 80 }, 'has a quality that is not webp’s'],
    ['too many pictures', { pictures: Array(121).fill('0'.repeat(64)) }, 'pictures: '],
    ['too many pixels', { pictures: Array(120).fill('0'.repeat(64)), size: 4_096 }, 'has too many pixels'],
    [
      'a grid that has not all its cells',
      { layout: { kind: 'grid', columns: ['a', 'b'], rows: ['c'] } },
      'has not one picture for each cell',
    ],
  ])('refuses %s', async (_, more, message) => {
    const response = await post({ ...requestOf({ kind: 'animation', fps: 10, loop: true }), ...more });
    expect(response.status).toBe(400);
    expect(((await response.json()) as ErrorBody).error.message).toContain(message);
  });

  it('refuses pictures of another size than said, and another model', async () => {
    const layout: Layout = { kind: 'sheet', columns: 2 };
    expect((await post(requestOf(layout, { size: 32 }))).status).toBe(500);
    expect((await post(requestOf(layout, { model: '0'.repeat(64) }))).status).toBe(409);
    const unsigned = new Request('http://backend.test/v1/compose', { method: 'POST', body: '{}' });
    expect((await backend.app.fetch(unsigned)).status).toBe(401);
  });

  it('refuses what there is no memory for, and frees what it held', async () => {
    const before = backend.memory.usedBytes();
    expect(before).toBe(0);
    const hold = backend.memory.take(2 ** 28);
    const response = await post(requestOf({ kind: 'sheet', columns: 5 }));
    hold?.();
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('2');
    expect((await post(requestOf({ kind: 'sheet', columns: 5 }))).status).toBe(200);
    await expect.poll(() => backend.memory.usedBytes()).toBe(0);
  });
});

interface Room {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

function isIn(rooms: readonly Room[], x: number, y: number): number {
  return rooms.findIndex((room) => {
    return x >= room.x && x < room.x + room.width && y >= room.y && y < room.y + room.height;
  });
}
