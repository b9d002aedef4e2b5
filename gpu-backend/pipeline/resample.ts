/** Zero crossings of the kernel to each side of its middle. */
const LOBES = 3;

/** What each sample of a resampled line is made of: `count` neighbours in a row. */
interface Taps {
  readonly count: number;
  /** Index of each sample's first neighbour; those outside of the line repeat its end samples. */
  readonly firsts: Int32Array;
  /** `[newLength, count]`, each row's sum 1. */
  readonly weights: Float64Array;
}

/**
 * A square image at another size by Lanczos-3: `[3, size, size]` → `[3, newSize, newSize]` float32. Pixel centres lie at
 * halves, edges are repeated, and when shrinking the kernel is as much wider as the pixels become. Values may overshoot:
 * clamp after this, not before. At its own size an image is returned as it is. What is not finite spreads as NaN.
 */
export function resampleImage(image: Float32Array, size: number, newSize: number): Float32Array {
  if (newSize === size) return image;
  const { count, firsts, weights } = tapsOf(size, newSize);
  const resampled = new Float32Array(3 * newSize * newSize);
  // A row made of its neighbours above and below, and `count` repeats of its ends.
  const padded = new Float64Array(size + 2 * count);
  const row = padded.subarray(count, count + size);
  for (let at = 0; at < resampled.length; at += newSize) {
    const channel = Math.floor(at / newSize ** 2);
    const y = (at / newSize) % newSize;
    row.fill(0);
    for (let tap = 0; tap < count; tap++) {
      const weight = weights[y * count + tap] as number;
      const neighbour = Math.min(Math.max((firsts[y] as number) + tap, 0), size - 1);
      const from = (channel * size + neighbour) * size;
      for (let x = 0; x < size; x++) row[x] = (row[x] as number) + weight * (image[from + x] as number);
    }
    padded.fill(row[0] as number, 0, count).fill(row[size - 1] as number, count + size);
    for (let x = 0, weightAt = 0; x < newSize; x++) {
      const from = (firsts[x] as number) + count;
      let sum = 0;
      for (let tap = 0; tap < count; tap++) {
        sum += (weights[weightAt++] as number) * (padded[from + tap] as number);
      }
      resampled[at + x] = sum;
    }
  }
  return resampled;
}

function tapsOf(length: number, newLength: number): Taps {
  const step = length / newLength;
  const stretch = Math.max(1, step);
  const count = Math.ceil(2 * LOBES * stretch);
  const firsts = new Int32Array(newLength);
  const weights = new Float64Array(newLength * count);
  for (let at = 0; at < newLength; at++) {
    const centre = (at + 0.5) * step - 0.5;
    const first = Math.floor(centre - LOBES * stretch) + 1;
    const kernel = Float64Array.from({ length: count }, (_, tap) =>
      lanczos((first + tap - centre) / stretch),
    );
    const sum = kernel.reduce((total, weight) => total + weight, 0);
    weights.set(
      kernel.map((weight) => weight / sum),
      at * count,
    );
    firsts[at] = first;
  }
  return { count, firsts, weights };
}

/**
 * sinc(x) · sinc(x / 3) within ±3 and 0 outside, with sinc(x) = sin(πx) / πx.
 * @see Duchon, Lanczos filtering in one and two dimensions, J. Appl. Meteorology 18 (1979)
 */
function lanczos(x: number): number {
  if (x === 0) return 1;
  if (Math.abs(x) >= LOBES) return 0;
  const angle = Math.PI * x;
  return (LOBES * Math.sin(angle) * Math.sin(angle / LOBES)) / angle ** 2;
}
