import { describe, expect, it } from 'vitest';
import { requestHashOf } from '../../edge/idempotency/request-hash.ts';

const hash = (body: string, path = '/v1/images/generations', method = 'POST') =>
  requestHashOf(method, path, body);

describe('the hash of a request', () => {
  it.each([
    ['{"a":1,"b":{"c":[1,2],"d":null}}', ' { "b" : {"d":null,"c":[1, 2]}, "a":1.0 }'],
    ['"caf\\u00e9"', '"café"'],
    ['not json', 'not json'],
  ])('is that of %s for %s', async (a, b) => {
    expect(await hash(b)).toBe(await hash(a));
    expect(await hash(a)).toMatch(/^[0-9a-f]{64}$/u);
  });

  it('differs wherever requests do', async () => {
    const bodies = [
      '{"a":1}',
      '{"a":2}',
      '{"a":1,"a":2}',
      '{"a":2,"a":2}',
      '{"a":"1"}',
      '{"b":1}',
      '{"a":1,"b":null}',
      '[1,2]',
      '[2,1]',
      '{"__proto__":1}',
      '{}',
      '[]',
      '[["a",1]]',
      '{"pairs":[["a",1]]}',
      'null',
      '',
      '{"a":1',
      '"{\\"a\\":1"',
      '['.repeat(30_000),
      '['.repeat(30_000) + ']'.repeat(30_000),
    ];
    const hashes = [
      ...(await Promise.all(bodies.map((body) => hash(body)))),
      await hash('{"a":1}', '/v1/images/generations?dry_run=true'),
      await hash('{"a":1}', '/v1/webhooks'),
      await hash('{"a":1}', '/v1/images/generations', 'PATCH'),
    ];
    expect(new Set(hashes).size).toBe(hashes.length);
  });
});
