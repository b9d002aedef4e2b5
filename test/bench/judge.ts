import type { Verdict } from './verdict.ts';

/** A figure against its bound; one that is no number is out of it. */
export function judge(name: string, value: number, bound: 'at least' | 'at most', aim: number): Verdict {
  const isWithin = bound === 'at least' ? value >= aim : value <= aim;
  const text = `${name}: ${value.toFixed(2)}`;
  return { text: isWithin ? text : `${text}; ${bound} ${aim} is the aim`, isWithin };
}
