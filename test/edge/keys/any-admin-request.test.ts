import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cursorOf, type Position, parseCursor } from '../../../edge/keys/page.ts';
import { issueKey } from '../fakes/test-edge.ts';
import { createAdminClient, idOf } from './admin-client.ts';

const admin = await createAdminClient();
const id = idOf(await issueKey({ tenant: 'any' }));

const near = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    '',
    'x',
    'live',
    'test',
    'read',
    'prepaid',
    'suspended',
    'active',
    'any',
    0,
    1,
    -1,
    1.5,
  ),
  fc.maxSafeInteger(),
  fc.double(),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.subarray(['generate', 'read', 'admin', 'root']),
  fc.dictionary(
    fc.constantFrom('rate_per_minute', 'day_units', 'month_units', 'total_units', 'x', '__proto__'),
    fc.oneof(fc.constant(null), fc.integer(), fc.double()),
  ),
);
const fields = [
  'id',
  'tenant',
  'name',
  'kind',
  'scopes',
  'expires_at',
  'limits',
  'plan',
  'status',
  'shards',
  'overlap_s',
];
const body = fc.oneof(
  fc.dictionary(fc.constantFrom(...fields), near).map((value) => JSON.stringify(value)),
  fc
    .record(
      { name: fc.constant('n'), scopes: fc.constant(['read']), limits: near },
      { requiredKeys: ['name'] },
    )
    .map((value) => JSON.stringify(value)),
  fc.json({ maxDepth: 3 }),
  fc.string({ unit: 'binary' }),
);

describe('any admin request', () => {
  it.each([
    ['POST', '/keys'],
    ['PATCH', `/keys/${id}`],
    ['POST', `/keys/${id}/reroll`],
    ['POST', '/tenants'],
    ['PATCH', '/tenants/any'],
  ])('%s %s with any body succeeds, or names what is wrong', { timeout: 60_000 }, async (method, path) => {
    const statuses = new Set<number>();
    await fc.assert(
      fc.asyncProperty(body, async (text) => {
        const answer = await admin.call(method, path, text);
        statuses.add(answer.status);
        if (answer.status < 300) return;
        expect([400, 404, 409]).toContain(answer.status);
        expect(answer.body).toEqual({
          error: {
            message: expect.stringMatching(/./u),
            type: expect.any(String),
            code: expect.any(String),
            param: expect.any(String),
          },
        });
      }),
      { numRuns: 300 },
    );
    expect(statuses).toContain(400);
    expect(admin.edge.log).toEqual([]);
  });

  it('GET lists with any query', { timeout: 60_000 }, async () => {
    const value = fc.oneof(
      fc.constantFrom('1', '100', '0', '1_a', 'any', 'operator'),
      fc.string({ unit: 'binary' }),
    );
    const query = fc.dictionary(fc.constantFrom('limit', 'after', 'tenant', 'x'), value);
    await fc.assert(
      fc.asyncProperty(query, async (parameters) => {
        const { status } = await admin.call('GET', `/keys?${new URLSearchParams(parameters)}`);
        expect([200, 400]).toContain(status);
      }),
      { numRuns: 300 },
    );
    expect(admin.edge.log).toEqual([]);
  });

  it('GET with any id', { timeout: 60_000 }, async () => {
    const segment = fc.oneof(
      fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }).filter((text) => text.isWellFormed()),
      fc.stringMatching(/^[0-9A-Za-z]{12}$/u),
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('keys', 'tenants'), segment, async (list, text) => {
        const path = encodeURIComponent(text).replaceAll('.', '%2e');
        const { status } = await admin.call('GET', `/${list}/${path}`);
        expect([200, 404]).toContain(status);
      }),
      { numRuns: 300 },
    );
    expect(admin.edge.log).toEqual([]);
  });
});

describe('the cursor of a page', () => {
  const position = fc.record<Position>({
    createdAt: fc.nat(4_102_444_800),
    id: fc.oneof(fc.stringMatching(/^[0-9A-Za-z]{12}$/u), fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,62}$/u)),
  });
  it('is read as it was written', () => {
    fc.assert(
      fc.property(position, (at) => {
        expect(parseCursor(cursorOf(at))).toEqual(at);
      }),
    );
  });
  it('is nothing else', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const at = parseCursor(text);
        if (at) expect(cursorOf(at)).toBe(text);
      }),
      { numRuns: 2000 },
    );
  });
});
