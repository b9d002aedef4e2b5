import { createHash, createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSigningKeys, signRequest, verifyRequest } from '../../gpu-backend/contract/signature.ts';
import { createNonceMemory } from '../../gpu-backend/http/nonce-memory.ts';

const OLD = { id: 'old', secret: 'o'.repeat(32) };
const NEW = { id: 'new', secret: 'n'.repeat(40) };
const NOW = 1_800_000_000;
const REQUEST = {
  method: 'POST',
  path: '/v1/generate?x=1',
  body: new TextEncoder().encode('{"a":1}'),
};
const FIELDS = { timestamp: NOW, nonce: '0123456789abcdef' };

async function signed(key = NEW): Promise<Headers> {
  return new Headers(await signRequest(REQUEST, key, FIELDS));
}

function options(now = NOW, keys = [NEW, OLD]) {
  const seen = new Set<string>();
  return {
    keys,
    now,
    rememberNonce: (nonce: string) => !seen.has(nonce) && !!seen.add(nonce),
  };
}

describe('request signatures', () => {
  it('is HMAC-SHA-256 over the documented lines', async () => {
    const body = createHash('sha256').update(REQUEST.body).digest('hex');
    const lines = ['galip-hmac-1', 'POST', '/v1/generate?x=1', body, NOW, FIELDS.nonce, 'new'].join('\n');
    const expected = createHmac('sha256', NEW.secret).update(lines).digest('hex');
    expect((await signed()).get('x-galip-signature')).toBe(expected);
  });

  it.each([NEW, OLD])('accepts each living key ($id)', async (key) => {
    expect(await verifyRequest(REQUEST, await signed(key), options())).toBeUndefined();
  });

  it('refuses a replay', async () => {
    const shared = options();
    await verifyRequest(REQUEST, await signed(), shared);
    expect(await verifyRequest(REQUEST, await signed(), shared)).toBe('replay');
  });

  it.each([
    ['as late as it holds', NOW, 59],
    ['as late as it holds', NOW, 60],
    ['from a clock that is ahead', NOW - 60, 119],
    ['from a clock that is ahead', NOW - 60, 120],
    ['from a clock that is behind', NOW + 30, 29],
  ])('refuses a replay %s, first seen at %d and again %d s after', async (_, firstSeenAt, afterS) => {
    let now = firstSeenAt;
    const rememberNonce = createNonceMemory(() => now);
    const verify = async () => verifyRequest(REQUEST, await signed(), { keys: [NEW], now, rememberNonce });
    expect(await verify()).toBeUndefined();
    now += afterS;
    expect(await verify()).toBe('replay');
  });

  it.each([-61, 61])('refuses a clock that is off by %d s, accepts one second less', async (skewS) => {
    expect(await verifyRequest(REQUEST, await signed(), options(NOW + skewS))).toBe('clock skew');
    expect(
      await verifyRequest(REQUEST, await signed(), options(NOW + skewS - Math.sign(skewS))),
    ).toBeUndefined();
  });

  it('refuses a retired key', async () => {
    expect(await verifyRequest(REQUEST, await signed(OLD), options(NOW, [NEW]))).toBe('unknown key');
  });

  it('refuses the right key id over another secret', async () => {
    const impostor = { id: 'new', secret: 'x'.repeat(40) };
    expect(await verifyRequest(REQUEST, await signed(impostor), options())).toBe('mismatch');
  });

  it.each(['x-galip-key-id', 'x-galip-timestamp', 'x-galip-nonce', 'x-galip-signature'])(
    'refuses a request without or with another %s',
    async (name) => {
      const without = await signed();
      without.delete(name);
      expect(await verifyRequest(REQUEST, without, options())).toBeTypeOf('string');
      const other = await signed();
      other.set(
        name,
        (other.get(name) ?? '').replace(/.$/u, (last) => (last === '1' ? '2' : '1')),
      );
      expect(await verifyRequest(REQUEST, other, options())).toBeTypeOf('string');
    },
  );

  it('refuses any other method, path or body', async () => {
    const headers = await signed();
    expect(await verifyRequest({ ...REQUEST, method: 'PUT' }, headers, options())).toBe('mismatch');
    expect(await verifyRequest({ ...REQUEST, path: '/v1/generate?x=2' }, headers, options())).toBe(
      'mismatch',
    );
    await fc.assert(
      fc.asyncProperty(
        fc.nat(REQUEST.body.length - 1),
        fc.integer({ min: 1, max: 255 }),
        async (at, flip) => {
          const body = REQUEST.body.slice();
          body[at] = (body[at] ?? 0) ^ flip;
          expect(await verifyRequest({ ...REQUEST, body }, headers, options())).toBe('mismatch');
        },
      ),
    );
  });
});

describe('parseSigningKeys', () => {
  it('reads pairs in order', () => {
    expect(parseSigningKeys(`${'a'}:${'s'.repeat(32)}, b:${'t'.repeat(32)}`).map(({ id }) => id)).toEqual([
      'a',
      'b',
    ]);
  });

  it.each(['', 'a', 'a:short', `a:${'s'.repeat(32)},a:${'t'.repeat(32)}`, `a b:${'s'.repeat(32)}`])(
    'refuses %j without repeating the secret',
    (text) => {
      expect(() => parseSigningKeys(text)).toThrow(TypeError);
      expect(() => parseSigningKeys(text)).not.toThrow(/ssss|short/u);
    },
  );
});
