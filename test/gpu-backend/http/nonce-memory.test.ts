import { describe, expect, it } from 'vitest';
import { createNonceMemory } from '../../../gpu-backend/http/nonce-memory.ts';

describe('createNonceMemory', () => {
  it('refuses a nonce until its time has passed', () => {
    let now = 1_000;
    const remember = createNonceMemory(() => now);
    expect(remember('a', 1_120)).toBe(true);
    expect(remember('a', 1_120)).toBe(false);
    now = 1_120;
    expect(remember('a', 1_240)).toBe(false);
    now = 1_121;
    expect(remember('a', 1_241)).toBe(true);
  });

  it('refuses rather than forgets when it is full', () => {
    let now = 1_000;
    const remember = createNonceMemory(() => now, 2);
    expect([remember('a', 1_100), remember('b', 1_101), remember('c', 1_102)]).toEqual([true, true, false]);
    expect(remember('a', 1_103)).toBe(false);
    now = 1_101;
    expect([remember('c', 1_200), remember('d', 1_201)]).toEqual([true, false]);
  });
});
