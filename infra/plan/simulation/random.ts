/** Uniform in [0, 1), the same sequence for the same seed and stream. */
export type Random = () => number;

const WARM_UP = 12;

/**
 * Chris Doty-Humphrey's sfc32: 128 bits of state, good and fast; nothing secret comes of it.
 * @param stream numbers that have nothing to do with those of another stream.
 */
export function createRandom(seed: number, stream: number): Random {
  let a = seed >>> 0;
  let b = stream >>> 0;
  let c = Math.floor(seed / 2 ** 32) >>> 0;
  let counter = 1;
  const next = (): number => {
    const sum = (((a + b) >>> 0) + counter) >>> 0;
    counter = (counter + 1) >>> 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) >>> 0;
    c = (((c << 21) | (c >>> 11)) + sum) >>> 0;
    return sum / 2 ** 32;
  };
  for (let at = 0; at < WARM_UP; at++) next();
  return next;
}
