import sharp, { type Sharp } from 'sharp';
import { thumbHashToRGBA } from 'thumbhash';
import { beforeAll, describe, expect, it } from 'vitest';
import { hashPicture } from '../../../gpu-backend/pipeline/hash-picture.ts';
import { perceptualHash } from '../../../gpu-backend/pipeline/perceptual-hash.ts';
import type { Pixels } from '../../../gpu-backend/pipeline/post-process.ts';
import { goldenDefault } from '../../fixtures/golden-default.ts';
import { readNpy } from '../../fixtures/npy.ts';

const SIZE = 64;
let pictures: Pixels[];

/** Pictures that the default model made. */
beforeAll(() => {
  const { data } = readNpy<Uint8Array>(goldenDefault('image_u8.npy'));
  const length = 3 * SIZE ** 2;
  pictures = Array.from({ length: data.length / length }, (_, at) => ({
    data: new Uint8ClampedArray(data.subarray(at * length, (at + 1) * length)),
    size: SIZE,
  }));
  expect(pictures.length).toBeGreaterThanOrEqual(4);
});

const open = ({ data, size }: Pixels): Sharp =>
  sharp(data, { raw: { width: size, height: size, channels: 3 } });

async function changed(picture: Pixels, change: (picture: Sharp) => Sharp): Promise<Pixels> {
  const png = await change(open(picture)).png().toBuffer();
  const { data, info } = await sharp(png).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return { data: new Uint8ClampedArray(data), size: info.width };
}

function distance(a: string, b: string): number {
  return (BigInt(`0x${a}`) ^ BigInt(`0x${b}`)).toString(2).replaceAll('0', '').length;
}

function meanDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return (
    Array.from(a, (level, at) => Math.abs(level - (b[at] ?? 0))).reduce((sum, off) => sum + off, 0) / a.length
  );
}

describe('hashPicture', () => {
  it('gives a ThumbHash that decodes to about the picture, and not to another', async () => {
    // As blurred as the few frequencies that a ThumbHash keeps: 7 × 7 of brightness, 3 × 3 of colour.
    const blurred = await Promise.all(
      pictures.map((picture) => open(picture).resize(32, 32).blur(3).ensureAlpha().raw().toBuffer()),
    );
    for (const [at, picture] of pictures.entries()) {
      const { thumbhash } = await hashPicture(picture);
      const { w, h, rgba } = thumbHashToRGBA(Buffer.from(thumbhash, 'base64'));
      expect([w, h]).toEqual([32, 32]);
      const differences = blurred.map((other) => meanDifference(rgba, other));
      expect(differences[at]).toBeLessThan(16);
      expect(differences[at]).toBe(Math.min(...differences));
    }
  });

  it('gives near pictures near pHashes, and others far ones', async () => {
    const hashes = await Promise.all(pictures.map(async (picture) => (await hashPicture(picture)).phash));
    for (const [at, picture] of pictures.entries()) {
      const near = await Promise.all([
        changed(picture, (image) => image.blur(0.8)),
        changed(picture, (image) => image.modulate({ brightness: 1.08 })),
        changed(picture, (image) => image.resize(2 * SIZE, 2 * SIZE)),
        open(picture)
          .webp({ quality: 60 })
          .toBuffer()
          .then((file) => changed(picture, () => sharp(file))),
      ]);
      const own = hashes[at] ?? '';
      for (const other of near)
        expect(distance(own, (await hashPicture(other)).phash)).toBeLessThanOrEqual(8);
      for (const [index, other] of hashes.entries()) {
        if (index !== at) expect(distance(own, other)).toBeGreaterThan(8);
      }
    }
  });
});

describe('perceptualHash', () => {
  // Only the second horizontal frequency of this is not 0, and no bit of those that equal the median is set.
  it('is the signs of the low frequencies around their median, row by row', () => {
    const wave = Float64Array.from({ length: 32 * 32 }, (_, at) =>
      Math.cos((Math.PI * 2 * (2 * (at % 32) + 1)) / 64),
    );
    const hash = BigInt(`0x${perceptualHash(wave)}`);
    expect((hash >> 61n) & 1n).toBe(1n);
    const negative = BigInt(`0x${perceptualHash(wave.map((level) => -level))}`);
    expect((negative >> 61n) & 1n).toBe(0n);
  });

  it('always has 16 digits', () => {
    expect(perceptualHash(new Float64Array(32 * 32))).toBe('0'.repeat(16));
  });

  it('agrees with the definition of the DCT-II', async () => {
    const [picture] = pictures;
    const { data } = picture as Pixels;
    const grey = Float64Array.from({ length: 32 * 32 }, (_, at) => data[at * 7] as number);
    const coefficients = Array.from({ length: 64 }, (_, index) => {
      const [v, u] = [index >> 3, index & 7];
      let sum = 0;
      for (let y = 0; y < 32; y++) {
        for (let x = 0; x < 32; x++) {
          sum +=
            (grey[y * 32 + x] as number) *
            Math.cos((Math.PI / 32) * (x + 0.5) * u) *
            Math.cos((Math.PI / 32) * (y + 0.5) * v);
        }
      }
      return sum;
    });
    const sorted = coefficients.toSorted((a, b) => a - b);
    const median = ((sorted[31] ?? 0) + (sorted[32] ?? 0)) / 2;
    const bits = coefficients.map((value) => (value > median ? 1 : 0)).join('');
    expect(
      BigInt(`0x${perceptualHash(grey)}`)
        .toString(2)
        .padStart(64, '0'),
    ).toBe(bits);
  });
});
