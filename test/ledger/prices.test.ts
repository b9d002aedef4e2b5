import { describe, expect, it } from 'vitest';
import { priceOf } from '../../edge/ledger/prices.ts';

const PRICES = { picture: 100, resample: 10, hit: 1 };

describe('the price of a picture', () => {
  it.each([
    [64, 100],
    [63, 110],
    [16, 110],
    [65, 110],
    [128, 110],
    [129, 120],
    [256, 120],
  ])('that is made at %d px from 64 is %d units', (size, units) => {
    expect(priceOf({ size, made: true }, PRICES, 64)).toBe(units);
  });

  it('that exists is that of a hit, whatever its size', () => {
    expect(priceOf({ size: 256, made: false }, PRICES, 64)).toBe(1);
  });
});
