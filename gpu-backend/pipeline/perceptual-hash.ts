/** Edge of the grey picture that is hashed, pixels. */
export const HASHED_SIZE = 32;
/** The lowest frequencies of each direction that count. */
const FREQUENCIES = 8;

/** `[FREQUENCIES, HASHED_SIZE]`: the first rows of the DCT-II; its scale cancels, since coefficients are only compared. */
const COSINES = Array.from({ length: FREQUENCIES }, (_, frequency) =>
  Float64Array.from({ length: HASHED_SIZE }, (_, at) =>
    Math.cos((Math.PI * frequency * (2 * at + 1)) / (2 * HASHED_SIZE)),
  ),
);

/**
 * A DCT hash of 64 bits: of the grey picture's two-dimensional DCT-II the 8 × 8 lowest frequencies, row by row; a bit is 1
 * where its coefficient is above their median, the first is the highest. Pictures that look alike differ in few bits
 * (below about ten), unrelated ones in about half.
 * @param grey `[32, 32]`, any scale.
 * @returns 16 hex digits.
 * @see https://www.hackerfactor.com/blog/index.php?/archives/432-Looks-Like-It.html
 */
export function perceptualHash(grey: Float64Array): string {
  const rows = COSINES.map((vertical) =>
    Float64Array.from({ length: HASHED_SIZE }, (_, column) =>
      sum(HASHED_SIZE, (row) => (vertical[row] as number) * (grey[row * HASHED_SIZE + column] as number)),
    ),
  );
  const coefficients = rows.flatMap((row) =>
    COSINES.map((horizontal) => sum(HASHED_SIZE, (at) => (horizontal[at] as number) * (row[at] as number))),
  );
  const sorted = coefficients.toSorted((a, b) => a - b);
  const middle = coefficients.length / 2;
  const median = ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
  const bits = coefficients.map((coefficient) => (coefficient > median ? '1' : '0')).join('');
  return BigInt(`0b${bits}`).toString(16).padStart(16, '0');
}

function sum(count: number, term: (index: number) => number): number {
  let total = 0;
  for (let index = 0; index < count; index++) total += term(index);
  return total;
}
