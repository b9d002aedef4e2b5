import { describe, expect, it } from 'vitest';
import { createTextCache } from '../../../gpu-backend/runtime/text-cache.ts';

const ids = (...tokens: number[]) => BigInt64Array.from(tokens, BigInt);
const embedding = (value: number) => new Float32Array(100).fill(value);

describe('createTextCache', () => {
  it('tells prompts apart by all their tokens', () => {
    const cache = createTextCache(10_000);
    cache.set(ids(1, 23), embedding(1));
    expect(cache.get(ids(1, 23))).toEqual(embedding(1));
    expect(cache.get(ids(12, 3))).toBeUndefined();
    expect(cache.get(ids(1, 2, 3))).toBeUndefined();
  });

  it('forgets what was asked for longest ago, and stays within its bound', () => {
    const cache = createTextCache(2_000);
    for (const token of [1, 2, 3]) cache.set(ids(token), embedding(token));
    cache.get(ids(1));
    cache.set(ids(4), embedding(4));
    expect([1, 2, 3, 4].map((token) => cache.get(ids(token)) !== undefined)).toEqual([
      true,
      false,
      true,
      true,
    ]);
    for (let token = 5; token < 500; token++) cache.set(ids(token), embedding(token));
    expect(cache.sizeBytes()).toBeLessThanOrEqual(2_000);
    expect(cache.sizeBytes()).toBeGreaterThan(1_000);
  });

  it('keeps nothing when it may keep nothing', () => {
    const cache = createTextCache(0);
    cache.set(ids(1), embedding(1));
    expect(cache.get(ids(1))).toBeUndefined();
    expect(cache.sizeBytes()).toBe(0);
  });
});
