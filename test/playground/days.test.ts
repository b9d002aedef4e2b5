import { expect, it } from 'vitest';
import { lastDays, niceCeiling } from '../../edge/playground/state/days.ts';

it('counts days of UTC back over the end of a month', () => {
  expect(lastDays(3, Date.parse('2026-03-01T00:30:00Z'))).toEqual(['2026-02-27', '2026-02-28', '2026-03-01']);
});

it.each([
  [0, 1],
  [1, 1],
  [3, 5],
  [19, 20],
  [21, 50],
  [51, 100],
  [1001, 2000],
])('has an axis for %i that ends at %i', (value, top) => {
  expect(niceCeiling(value)).toBe(top);
});
