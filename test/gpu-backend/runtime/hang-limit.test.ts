import { expect, it } from 'vitest';
import { hangLimitOf } from '../../../gpu-backend/runtime/hang-limit.ts';

it.each([
  ['ten times what a short batch takes', 100, 1_000],
  ['four seconds more where ten times would be longer than a client waits', 1_000, 5_000],
  ['three times what a long batch takes', 10_000, 30_000],
])('is %s', (_, warmMs, limitMs) => {
  expect(hangLimitOf(warmMs)).toBe(limitMs);
});
