import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { createKeptKeys, KEPT_MS } from '../../../edge/keys/kept-keys.ts';
import { createD1KeyStore, type KeyStore } from '../../../edge/keys/key-store.ts';
import { createKeyVerifier } from '../../../edge/keys/verify-key.ts';
import { createApiKey, hashApiKey } from '../../../gpu-backend/contract/api-key.ts';
import { issueKey, NOW_MS } from '../fakes/test-edge.ts';
import { idOf } from './admin-client.ts';

/** A verifier over D1 that counts what it asks, and whose time can be moved. */
function startVerifier() {
  const d1 = createD1KeyStore(env.DB);
  const deferred: Promise<void>[] = [];
  const watch = { nowMs: NOW_MS, found: 0, touched: 0 };
  const store: KeyStore = {
    find: (id) => {
      watch.found++;
      return d1.find(id);
    },
    touch: (id, nowS) => {
      watch.touched++;
      return d1.touch(id, nowS);
    },
  };
  const now = () => watch.nowMs;
  const verifier = createKeyVerifier({ kept: createKeptKeys({ store, now }), store, now });
  return {
    watch,
    async verify(key: string) {
      const holder = await verifier.verify(`Bearer ${key}`, (work) => deferred.push(work));
      await Promise.all(deferred.splice(0));
      return holder;
    },
  };
}

const withOtherSecret = (key: string) => createApiKey('test', idOf(key)).text;
const change = (key: string, set: string) =>
  env.DB.prepare(`UPDATE api_keys SET ${set} WHERE id = ?`).bind(idOf(key)).run();
const lastUsed = async (key: string) =>
  (await env.DB.prepare('SELECT last_used_at FROM api_keys WHERE id = ?').bind(idOf(key)).first())
    ?.last_used_at;

describe('what an isolate keeps of keys', () => {
  it('asks once for a key that holds, until the bound', async () => {
    const { verify, watch } = startVerifier();
    const key = await issueKey();
    for (const atMs of [0, 1, KEPT_MS - 1]) {
      watch.nowMs = NOW_MS + atMs;
      expect(await verify(key)).toMatchObject({ key: { id: idOf(key) }, tenant: { id: 'tenant' } });
    }
    expect(watch.found).toBe(1);
    watch.nowMs = NOW_MS + KEPT_MS;
    await verify(key);
    expect(watch.found).toBe(2);
  });

  it('knows of a revocation within the bound, whatever the traffic', async () => {
    const { verify, watch } = startVerifier();
    const key = await issueKey();
    await verify(key);
    await change(key, 'revoked_at = 1');
    for (let atMs = 0; atMs < KEPT_MS; atMs += 1000) {
      watch.nowMs = NOW_MS + atMs;
      await verify(key);
    }
    watch.nowMs = NOW_MS + KEPT_MS;
    expect(await verify(key)).toBeUndefined();
  });

  it('refuses nothing by what it kept: each refusal asks', async () => {
    const { verify, watch } = startVerifier();
    const [held, expired, revoked] = [
      await issueKey(),
      await issueKey({ expiresAt: 1 }),
      await issueKey({ revokedAt: 1 }),
    ];
    await verify(held);
    watch.found = 0;
    const refused = [withOtherSecret(held), expired, revoked, createApiKey('live').text];
    for (const key of [...refused, ...refused]) expect(await verify(key)).toBeUndefined();
    expect(watch.found).toBe(2 * refused.length);
    expect(await verify(held)).toBeDefined();
    expect(watch.found).toBe(2 * refused.length);
  });

  it('lets a key end in the second it expires, and not earlier', async () => {
    const { verify, watch } = startVerifier();
    const key = await issueKey({ expiresAt: NOW_MS / 1000 + 10 });
    for (const [atMs, holds] of [
      [0, true],
      [9_999, true],
      [10_000, false],
    ] as const) {
      watch.nowMs = NOW_MS + atMs;
      expect((await verify(key)) !== undefined).toBe(holds);
    }
  });

  it('takes a new key at once, also where it was asked for before it was there', async () => {
    const { verify } = startVerifier();
    const key = await issueKey();
    const row = await env.DB.prepare('DELETE FROM api_keys WHERE id = ? RETURNING *').bind(idOf(key)).first();
    expect(await verify(key)).toBeUndefined();
    const values = Object.values(row ?? {});
    await env.DB.prepare(`INSERT INTO api_keys VALUES (${values.map(() => '?').join(', ')})`)
      .bind(...values)
      .run();
    expect(await verify(key)).toBeDefined();
  });

  it('keeps no more than it has room for', async () => {
    const { verify, watch } = startVerifier();
    const holder = (await createD1KeyStore(env.DB).find(idOf(await issueKey()))) ?? expect.fail('no key');
    const keys = await Promise.all(
      Array.from({ length: 2001 }, async () => {
        const key = createApiKey('test');
        return { key, hash: await hashApiKey(key) };
      }),
    );
    const hashes = new Map(keys.map(({ key, hash }) => [key.id, hash]));
    let found = 0;
    const now = () => watch.nowMs;
    const store: KeyStore = {
      find: async (id) => {
        found++;
        return {
          ...holder,
          key: { ...holder.key, id, hash: hashes.get(id) ?? '', lastUsedAt: NOW_MS / 1000 },
        };
      },
      touch: () => Promise.reject(new Error('used this minute')),
    };
    const many = createKeyVerifier({ kept: createKeptKeys({ store, now }), store, now });
    const ask = (key: string) => many.verify(`Bearer ${key}`, () => expect.fail('nothing to defer'));
    for (const { key } of keys) expect(await ask(key.text)).toBeDefined();
    expect(found).toBe(2001);
    await ask(keys[2000]?.key.text ?? '');
    expect(found).toBe(2001);
    await ask(keys[0]?.key.text ?? '');
    expect(found).toBe(2002);
    expect(await verify(keys[0]?.key.text ?? '')).toBeUndefined();
  });
});

describe('last used', () => {
  it('is noted after the answer, once a minute', async () => {
    const { verify, watch } = startVerifier();
    const key = await issueKey();
    expect(await lastUsed(key)).toBeNull();
    for (let s = 0; s < 120; s++) {
      watch.nowMs = NOW_MS + s * 1000;
      await verify(key);
    }
    expect(watch.touched).toBe(2);
    expect(await lastUsed(key)).toBe(NOW_MS / 1000 + 60);
  });

  it('is written once a minute by any number of isolates', async () => {
    const key = await issueKey();
    const d1 = createD1KeyStore(env.DB);
    await d1.touch(idOf(key), 1000);
    for (const nowS of [1000, 1059, 940]) {
      await d1.touch(idOf(key), nowS);
      expect(await lastUsed(key)).toBe(1000);
    }
    await d1.touch(idOf(key), 1060);
    expect(await lastUsed(key)).toBe(1060);
  });

  it('is not noted for a key that is refused', async () => {
    const { verify, watch } = startVerifier();
    await verify(withOtherSecret(await issueKey()));
    await verify(await issueKey({ revokedAt: 1 }));
    expect(watch.touched).toBe(0);
  });
});
