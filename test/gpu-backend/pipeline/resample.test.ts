import { describe, expect, it } from 'vitest';
import { resampleImage } from '../../../gpu-backend/pipeline/resample.ts';

type Pixel = (channel: number, y: number, x: number) => number;

function imageOf(size: number, pixel: Pixel): Float32Array {
  return Float32Array.from({ length: 3 * size * size }, (_, at) =>
    pixel(Math.floor(at / size ** 2), Math.floor(at / size) % size, at % size),
  );
}

/** Something like noise, −1 … 1, other in each channel, row and column. */
const noise: Pixel = (channel, y, x) => Math.sin(97 * channel + 31 * y + 57 * x + y * x);

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** Lanczos-3 by its definition: one sum over the plane for each pixel, the plane going on beyond its edges. */
function byDefinition(image: Float32Array, size: number, newSize: number): Float32Array {
  const step = size / newSize;
  const stretch = Math.max(1, step);
  const kernel = (t: number) => (Math.abs(t) < 3 ? sinc(t) * sinc(t / 3) : 0);
  const clamp = (at: number) => Math.min(Math.max(at, 0), size - 1);
  const reach = Math.ceil(3 * stretch) + 1;
  return imageOf(newSize, (channel, y, x) => {
    const [cy, cx] = [(y + 0.5) * step - 0.5, (x + 0.5) * step - 0.5];
    let [sum, total] = [0, 0];
    for (let j = Math.floor(cy) - reach; j <= cy + reach; j++) {
      for (let i = Math.floor(cx) - reach; i <= cx + reach; i++) {
        const weight = kernel((j - cy) / stretch) * kernel((i - cx) / stretch);
        sum += weight * (image[(channel * size + clamp(j)) * size + clamp(i)] ?? Number.NaN);
        total += weight;
      }
    }
    return sum / total;
  });
}

function farthest(actual: Float32Array, expected: Float32Array): number {
  expect(actual.length).toBe(expected.length);
  return actual.reduce(
    (most, value, at) => Math.max(most, Math.abs(value - (expected[at] ?? Number.NaN))),
    0,
  );
}

const SIZES = [
  [16, 64],
  [16, 40],
  [16, 17],
  [16, 15],
  [16, 5],
  [64, 16],
] as const;

describe('resampleImage', () => {
  it('gives an image back at its own size', () => {
    const image = imageOf(16, noise);
    expect(resampleImage(image, 16, 16)).toEqual(image);
  });

  it.each(SIZES)('is Lanczos-3 by its definition from %i to %i pixels', (size, newSize) => {
    const image = imageOf(size, noise);
    expect(farthest(resampleImage(image, size, newSize), byDefinition(image, size, newSize))).toBeLessThan(
      1e-6,
    );
  });

  // Pillow: the line with 12 repeats of its ends on both sides, mode F, resize((3 * n, 1), LANCZOS), the middle third.
  it.each([
    [
      18,
      [
        3.23503, 1.59239, 1.35642, 3.87563, 2.53533, 1.01922, 3.86282, 8.39674, 8.16073, 2.69861, 3.18478,
        6.45136, 5.51895, 3.6413, 3.00384, 4.4267, 6.77174, 8.19108,
      ],
    ],
    [4, [2.10719, 4.72781, 4.77716, 5.4324]],
  ])('gives Pillow’s values for a line of 12 at %i', (length, expected) => {
    const line = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8];
    const across = resampleImage(
      imageOf(12, (_, __, x) => line[x] ?? 0),
      12,
      length,
    );
    expect(farthest(across.slice(0, length), Float32Array.from(expected))).toBeLessThan(1e-5);
    const down = resampleImage(
      imageOf(12, (_, y) => line[y] ?? 0),
      12,
      length,
    );
    const column = down.filter((_, at) => at % length === 0).slice(0, length);
    expect(farthest(column, Float32Array.from(expected))).toBeLessThan(1e-5);
  });

  it.each(SIZES)('keeps a constant constant from %i to %i pixels', (size, newSize) => {
    const levels = [-1.25, 0.1, 0.75];
    const level: Pixel = (channel) => levels[channel] ?? 0;
    expect(
      farthest(resampleImage(imageOf(size, level), size, newSize), imageOf(newSize, level)),
    ).toBeLessThan(1e-6);
  });

  it.each(SIZES)('keeps a ramp a ramp from %i to %i pixels, away from the edges', (size, newSize) => {
    const ramp =
      (length: number): Pixel =>
      (channel, y, x) =>
        channel === 0 ? (x + 0.5) / length : (y + 0.5) / length;
    const margin = Math.ceil(3 * Math.max(1, newSize / size));
    const off = resampleImage(imageOf(size, ramp(size)), size, newSize).map((value, at) => {
      const [y, x] = [Math.floor(at / newSize) % newSize, at % newSize];
      if (Math.min(y, x) < margin || Math.max(y, x) >= newSize - margin) return 0;
      return Math.abs(value - ramp(newSize)(Math.floor(at / newSize ** 2), y, x));
    });
    // Lanczos keeps straight lines to within about a hundredth of a step.
    expect(Math.max(...off)).toBeLessThan(0.02 / Math.min(size, newSize));
  });

  it('overshoots at an edge, and leaves that to whoever clamps', () => {
    const edge = resampleImage(
      imageOf(16, (_, __, x) => (x < 8 ? -1 : 1)),
      16,
      64,
    );
    expect(Math.max(...edge)).toBeGreaterThan(1.05);
    expect(Math.min(...edge)).toBeLessThan(-1.05);
  });
});
