import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sha256Hex } from '../../gpu-backend/contract/hex.ts';

const sha256OfNode = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex');

describe('sha256Hex', () => {
  it('is what Node makes of any bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
        expect(await sha256Hex(new Uint8Array(bytes))).toBe(sha256OfNode(bytes));
      }),
    );
  });

  it('is what Node makes of the UTF-8 of any text', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), async (text) => {
        expect(await sha256Hex(text)).toBe(sha256OfNode(text));
      }),
    );
  });

  it.each([16_384, 16_385])('is the same hash at %i bytes, whoever computes it', async (length) => {
    const bytes = new Uint8Array(length).fill(7);
    expect(await sha256Hex(bytes)).toBe(sha256OfNode(bytes));
  });
});
