/** How the way from one key frame to the next goes: at an even pace, or slowly at its begin, its end, or both. */
export const EASINGS = ['linear', 'ease-in', 'ease-out', 'ease-in-out'] as const;
export type Easing = (typeof EASINGS)[number];

/** Frames that lie equally far have equal names, however their place was worked out. */
const DECIMALS = 6;

/** Which part of the way is behind at a part of the time, both 0 … 1. */
export function ease(time: number, easing: Easing): number {
  return Number(CURVES[easing](time).toFixed(DECIMALS));
}

const CURVES: Readonly<Record<Easing, (time: number) => number>> = {
  linear: (time) => time,
  'ease-in': (time) => time ** 2,
  'ease-out': (time) => 1 - (1 - time) ** 2,
  'ease-in-out': (time) => time ** 2 * (3 - 2 * time),
};
