import fc from 'fast-check';
import { expect, it } from 'vitest';
import { phasesOf } from '../../../gpu-backend/convert/passes/phases.ts';

it('each tap of each row falls on the row that nearest neighbour takes, outside of the map on none', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 80 }), (from, more) => {
      const to = from + more;
      const { stride, periods, phases } = phasesOf(from, to);
      expect(periods * stride).toBe(from);
      expect(periods * phases.length).toBe(to);
      for (let target = 0; target < to; target++) {
        const { start, taps, length } = phases[target % phases.length] ?? phasesOf(1, 2).phases[0] ?? never();
        const period = Math.floor(target / phases.length);
        for (const [tap, offset] of taps.entries()) {
          const seen = target + tap - 1;
          const source = stride * period + start + offset;
          // Beyond the border the 3×3 convolution sees zeros, and so must the small one.
          if (seen < 0) expect(source).toBe(-1);
          else if (seen >= to) expect(source).toBe(from);
          else expect(source).toBe(Math.floor((seen * from) / to));
          expect(offset).toBeLessThan(length);
        }
      }
    }),
  );
});

it('halves and four sevenths have two taps a row, and one of the sevenths three', () => {
  expect(phasesOf(32, 64).phases.map(({ length }) => length)).toEqual([2, 2]);
  expect(phasesOf(128, 224).phases.map(({ length }) => length)).toEqual([2, 2, 2, 2, 2, 2, 3]);
});

function never(): never {
  throw new Error('a phase is missing');
}
