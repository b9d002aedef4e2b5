/**
 * A row (or column) of an enlarged map, as its 3×3 convolution sees it before the map is enlarged. Its pattern recurs:
 * with sizes from : to = stride : period, target row period·i + phase reads source rows from stride·i + start on.
 */
export interface Phase {
  /** First source row that is read, −1 at least; beyond the map there are zeros. */
  readonly start: number;
  /** For each of the kernel's three rows the source row that it falls on, counted from `start`. */
  readonly taps: readonly [number, number, number];
  /** Source rows that are read: 1 … 3. */
  readonly length: number;
}

export interface Phases {
  readonly stride: number;
  /** How often the pattern stands in the map. */
  readonly periods: number;
  /** As many as target rows of a period. */
  readonly phases: readonly Phase[];
}

/**
 * The phases of a 3×3 convolution, padded by one, behind a nearest resize (source = ⌊target · from / to⌋). Borders need no
 * care of their own: target row −1 falls on source row −1, target row `to` on source row `from`, and zeros are there.
 * @param to more than `from`
 */
export function phasesOf(from: number, to: number): Phases {
  const periods = greatestCommonDivisor(from, to);
  const [stride, period] = [from / periods, to / periods];
  const source = (target: number): number => Math.floor((target * stride) / period);
  const phases = Array.from({ length: period }, (_, phase): Phase => {
    const [start, middle, end] = [source(phase - 1), source(phase), source(phase + 1)];
    return { start, taps: [0, middle - start, end - start], length: end - start + 1 };
  });
  return { stride, periods, phases };
}

/**
 * Zeros before and after. A phase that starts inside of the map starts one period before it, as a convolution cannot skip
 * rows: its first result is dropped.
 */
export function phasePadding({ start, length }: Phase, { stride }: Phases): [before: number, after: number] {
  const before = start > 0 ? stride - start : -start;
  const past = start + length - stride;
  return [before, Math.max(0, past)];
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
