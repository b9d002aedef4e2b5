/**
 * Seed → noise, the written specification `philox4x32-10/box-muller/1`. Edge, backend, browser and Python agree bit for
 * bit on the integers and to one unit in the last place on the float32 values.
 *
 * 1. Key: the seed as an unsigned 64-bit integer, low 32 bits in `key[0]`, high in `key[1]`.
 * 2. Block b = 0, 1, 2…: `philox4x32-10` of the counter `[b, 0, 0, 0]` gives four words x0…x3.
 * 3. Pairs (x0, x1) and (x2, x3): u = (x + 1) / 2³² in (0, 1], v = y / 2³² in [0, 1);
 *    z = √(−2 ln u) · cos(2πv) and √(−2 ln u) · sin(2πv), computed in float64, rounded once to float32.
 * 4. The noise is the first `length` of these values, in order.
 *
 * @see Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011 (Random123)
 */
export const NOISE_SPEC = 'philox4x32-10/box-muller/1';

/** Seeds are JSON integers that every language holds exactly: 0 … 2⁵³ − 1. */
export const MAX_SEED: number = Number.MAX_SAFE_INTEGER;

const ROUNDS = 10;
const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_1 = 0xcd9e8d57;
const WEYL_0 = 0x9e3779b9;
const WEYL_1 = 0xbb67ae85;

export type Words4 = readonly [number, number, number, number];

/** High and low 32 bits of the 64-bit product of two unsigned 32-bit integers. */
function multiplyHighLow(a: number, b: number): [high: number, low: number] {
  const aHigh = a >>> 16;
  const aLow = a & 0xffff;
  const bHigh = b >>> 16;
  const bLow = b & 0xffff;
  const lowLow = aLow * bLow;
  const middle = aHigh * bLow + (lowLow >>> 16);
  const carry = aLow * bHigh + (middle % 0x10000);
  const high = aHigh * bHigh + Math.floor(middle / 0x10000) + Math.floor(carry / 0x10000);
  return [high >>> 0, Math.imul(a, b) >>> 0];
}

/** One block of Philox4x32-10: four unsigned 32-bit words from a counter and a key. */
export function philox4x32(counter: Words4, key: readonly [number, number]): Words4 {
  let [c0, c1, c2, c3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < ROUNDS; round++) {
    const [high0, low0] = multiplyHighLow(MULTIPLIER_0, c0);
    const [high1, low1] = multiplyHighLow(MULTIPLIER_1, c2);
    [c0, c1, c2, c3] = [(high1 ^ c1 ^ k0) >>> 0, low1, (high0 ^ c3 ^ k1) >>> 0, low0];
    k0 = (k0 + WEYL_0) >>> 0;
    k1 = (k1 + WEYL_1) >>> 0;
  }
  return [c0, c1, c2, c3];
}

/**
 * Standard normal noise `[length]` float32 for a seed.
 * @throws RangeError when the seed is not an integer in 0 … {@link MAX_SEED}.
 */
export function noiseFromSeed(seed: number, length: number): Float32Array<ArrayBuffer> {
  if (!Number.isSafeInteger(seed) || seed < 0) throw new RangeError(`seed ${seed} is not in 0 … ${MAX_SEED}`);
  const key = [seed % 2 ** 32, Math.floor(seed / 2 ** 32)] as const;
  const noise = new Float32Array(length);
  for (let block = 0; block * 4 < length; block++) {
    const words = philox4x32([block, 0, 0, 0], key);
    for (const pair of [0, 2] as const) {
      const radius = Math.sqrt(-2 * Math.log((words[pair] + 1) / 2 ** 32));
      const angle = 2 * Math.PI * (words[pair === 0 ? 1 : 3] / 2 ** 32);
      const at = block * 4 + pair;
      // Writes past the end of a typed array are ignored: the last block may be partly used.
      noise[at] = radius * Math.cos(angle);
      noise[at + 1] = radius * Math.sin(angle);
    }
  }
  return noise;
}
