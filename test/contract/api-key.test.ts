import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createApiKey, hashApiKey, parseApiKey } from '../../gpu-backend/contract/api-key.ts';

describe('API keys', () => {
  it.each(['live', 'test'] as const)('round-trips a %s key', (kind) => {
    const key = createApiKey(kind);
    expect(key.text).toMatch(/^glp_(live|test)_[0-9A-Za-z]{12}_[0-9A-Za-z]{49}$/u);
    expect(parseApiKey(key.text)).toEqual(key);
  });

  it('ends in the CRC-32 of the rest, in base 62', () => {
    const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
    const { text } = createApiKey('live');
    const sum = [...text.slice(-6)].reduce((value, digit) => value * 62 + digits.indexOf(digit), 0);
    expect(sum).toBe(crc32(text.slice(0, -6)));
  });

  it('never makes the same key twice', () => {
    expect(new Set(Array.from({ length: 1000 }, () => createApiKey('test').text)).size).toBe(1000);
  });

  it('refuses a key of which any one character was changed', () => {
    const { text } = createApiKey('live');
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: text.length - 1 }),
        fc.stringMatching(/^[0-9A-Za-z_ é]$/u),
        (at, other) => {
          fc.pre(text[at] !== other);
          expect(parseApiKey(text.slice(0, at) + other + text.slice(at + 1))).toBeUndefined();
        },
      ),
      { numRuns: 2000 },
    );
  });

  it.each(['', 'sk-abc', 'glp_live_', `${createApiKey('live').text} `, createApiKey('live').text.slice(1)])(
    'refuses %j',
    (text) => {
      expect(parseApiKey(text)).toBeUndefined();
    },
  );

  it('keeps a hash that does not contain the key', async () => {
    const key = createApiKey('test');
    const hash = await hashApiKey(key);
    expect(hash).toMatch(/^[0-9a-f]{64}$/u);
    expect(hash).not.toBe(await hashApiKey(createApiKey('test')));
  });
});
