import { describe, expect, it } from 'vitest';
import { KEPT_MS } from '../../../edge/keys/kept-keys.ts';
import { createTestEdge, issueKey, NOW_MS } from '../fakes/test-edge.ts';
import { type AdminClient, createAdminClient, idOf, statusWith } from './admin-client.ts';

/** An edge whose time can be moved, and an operator there. */
async function startAt(): Promise<AdminClient & { passS(seconds: number): void }> {
  let nowMs = NOW_MS;
  const edge = createTestEdge({ now: () => nowMs });
  const admin = await createAdminClient({ edge });
  return {
    ...admin,
    passS(seconds) {
      nowMs += seconds * 1000;
    },
  };
}

describe('POST /v1/admin/keys/{id}/reroll', () => {
  it('lets both secrets hold until the overlap ends, then the new one alone', async () => {
    const admin = await startAt();
    const old = await issueKey({ limits: { dayUnits: 5 } });
    const { status, body } = await admin.call('POST', `/keys/${idOf(old)}/reroll`, { overlap_s: 600 });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      id: idOf(old),
      limits: { day_units: 5 },
      previous_secret_expires_at: NOW_MS / 1000 + 600,
    });
    expect(idOf(body.key)).toBe(idOf(old));
    expect(body.key).not.toBe(old);
    for (const key of [old, body.key]) expect(await statusWith(admin.edge, key)).toBe(200);
    admin.passS(599);
    for (const key of [old, body.key]) expect(await statusWith(admin.edge, key)).toBe(200);
    admin.passS(1);
    expect(await statusWith(admin.edge, old)).toBe(401);
    expect(await statusWith(admin.edge, body.key)).toBe(200);
    expect((await admin.call('GET', `/keys/${idOf(old)}`)).body.previous_secret_expires_at).toBeNull();
  });

  it('overlaps a day unless told otherwise', async () => {
    const admin = await startAt();
    const { body } = await admin.call('POST', `/keys/${idOf(await issueKey())}/reroll`, {});
    expect(body.previous_secret_expires_at).toBe(NOW_MS / 1000 + 86_400);
  });

  it('without overlap ends the old secret within the bound, where it was used just before', async () => {
    const admin = await startAt();
    const old = await issueKey();
    expect(await statusWith(admin.edge, old)).toBe(200);
    const { body } = await admin.call('POST', `/keys/${idOf(old)}/reroll`, { overlap_s: 0 });
    expect(body.previous_secret_expires_at).toBeNull();
    expect(await statusWith(admin.edge, body.key)).toBe(200);
    admin.passS(KEPT_MS / 1000);
    expect(await statusWith(admin.edge, old)).toBe(401);
  });

  it('during an overlap ends the oldest secret', async () => {
    const admin = await startAt();
    const first = await issueKey();
    const { body: second } = await admin.call('POST', `/keys/${idOf(first)}/reroll`, {});
    const { body: third } = await admin.call('POST', `/keys/${idOf(first)}/reroll`, {});
    expect(await statusWith(admin.edge, first)).toBe(401);
    expect(await statusWith(admin.edge, second.key)).toBe(200);
    expect(await statusWith(admin.edge, third.key)).toBe(200);
  });

  it('lets one of two at once win', async () => {
    const admin = await startAt();
    const old = await issueKey();
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => admin.call('POST', `/keys/${idOf(old)}/reroll`, { overlap_s: 60 })),
    );
    const issued = answers.filter(({ status }) => status === 200).map(({ body }) => body.key);
    const refused = answers.filter(({ status }) => status !== 200);
    for (const answer of refused) {
      expect(answer).toMatchObject({ status: 409, body: { error: { code: 'conflict' } } });
    }
    const statuses = await Promise.all(issued.map((key) => statusWith(admin.edge, key)));
    expect(statuses).toContain(200);
  });

  it.each([
    ['revoked', { revokedAt: 1 }],
    ['expired', { expiresAt: 1 }],
  ])('brings no %s key back', async (state, options) => {
    const admin = await startAt();
    const { status, body } = await admin.call('POST', `/keys/${idOf(await issueKey(options))}/reroll`, {});
    expect(status).toBe(409);
    expect(body.error).toMatchObject({ code: 'conflict', message: expect.stringContaining(state) });
  });

  it.each([-1, 2_592_001, 0.5, '60', null])('refuses an overlap of %j', async (overlap_s) => {
    const admin = await startAt();
    const { status, body } = await admin.call('POST', `/keys/${idOf(await issueKey())}/reroll`, {
      overlap_s,
    });
    expect(status).toBe(400);
    expect(body.error).toMatchObject({ param: 'overlap_s', message: expect.stringContaining('0 … 2592000') });
  });
});

describe('DELETE /v1/admin/keys/{id}', () => {
  it('ends the key within the bound, everywhere, and keeps the record', async () => {
    const admin = await startAt();
    const key = await issueKey();
    expect(await statusWith(admin.edge, key)).toBe(200);
    const { status, body } = await admin.call('DELETE', `/keys/${idOf(key)}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ status: 'revoked', revoked_at: NOW_MS / 1000 });
    // Another isolate that never saw the key knows at once, this one within the bound.
    expect(await statusWith(createTestEdge(), key)).toBe(401);
    admin.passS(KEPT_MS / 1000);
    expect(await statusWith(admin.edge, key)).toBe(401);
    expect((await admin.call('GET', `/keys/${idOf(key)}`)).body).toEqual({
      ...body,
      last_used_at: NOW_MS / 1000,
    });
  });

  it('ends both secrets of an overlap', async () => {
    const admin = await startAt();
    const old = await issueKey();
    const { body } = await admin.call('POST', `/keys/${idOf(old)}/reroll`, {});
    await admin.call('DELETE', `/keys/${idOf(old)}`);
    for (const key of [old, body.key]) expect(await statusWith(admin.edge, key)).toBe(401);
  });

  it('may be asked again, and keeps the first time', async () => {
    const admin = await startAt();
    const id = idOf(await issueKey());
    const { body: first } = await admin.call('DELETE', `/keys/${id}`);
    admin.passS(10);
    expect(await admin.call('DELETE', `/keys/${id}`)).toMatchObject({ status: 200, body: first });
  });

  it('knows no key that is not there', async () => {
    expect((await (await startAt()).call('DELETE', '/keys/AAAAAAAAAAAA')).status).toBe(404);
  });
});
