import { expect, it } from 'vitest';
import { verdictOn } from './verdict.ts';

const BOUNDS = { seconds: 90, megabytes: 3_000 };

it.each([
  ['at both bounds', 90, 3_000e6, true, 'x: 90.00 s, 3000 MB'],
  ['too slow', 90.01, 1e6, false, 'x: 90.01 s, 1 MB; at most 90 s and 3000 MB are allowed'],
  ['too large', 1, 3_001e6, false, 'x: 1.00 s, 3001 MB; at most 90 s and 3000 MB are allowed'],
  ['without a measurement', Number.NaN, 1e6, false, 'x: NaN s, 1 MB; at most 90 s and 3000 MB are allowed'],
])('judges a run %s', (_, seconds, bytes, isWithin, text) => {
  expect(verdictOn('x', { seconds, bytes }, BOUNDS)).toEqual({ text, isWithin });
});
