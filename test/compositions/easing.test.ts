import fc from 'fast-check';
import { expect, it } from 'vitest';
import { EASINGS, ease } from '../../edge/compositions/easing.ts';

it.each(EASINGS)('%s begins at 0, ends at 1 and never goes back', (easing) => {
  expect([ease(0, easing), ease(1, easing)]).toEqual([0, 1]);
  const time = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(time, time, (a, b) => {
      expect(ease(Math.min(a, b), easing)).toBeLessThanOrEqual(ease(Math.max(a, b), easing));
    }),
  );
});

it('goes slowly where its name says', () => {
  expect(EASINGS.map((easing) => ease(0.25, easing))).toEqual([0.25, 0.0625, 0.4375, 0.15625]);
});
