import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWorkerHarness, type WorkerHarness } from '../../fixtures/worker-harness.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const KEY = /glp_(?:live|test)_[0-9A-Za-z]{12}_[0-9A-Za-z]{49}/gu;

let edge: WorkerHarness;
let adminKey: string;

interface Run {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** `npm run keys -- …` as a process. */
async function keys(args: string, env: Record<string, string> = connection()): Promise<Run> {
  const child = spawn(process.execPath, ['infra/keys/main.ts', ...args.split(' ')], {
    cwd: root,
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, err, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { code, out, err };
}

async function json(args: string): Promise<Record<string, unknown> & Record<string, unknown>[]> {
  const { code, out, err } = await keys(`${args} --json`);
  expect(err).toBe('');
  expect(code).toBe(0);
  return JSON.parse(out);
}

const connection = () => ({ GALIP_URL: edge.url, GALIP_ADMIN_KEY: adminKey });
const statusWith = async (key: unknown) =>
  (await fetch(`${edge.url}/v1/models`, { headers: { authorization: `Bearer ${key}` } })).status;

beforeAll(async () => {
  edge = await startWorkerHarness();
  const { out } = await keys('bootstrap --json', {});
  const { key, sql } = JSON.parse(out) as { key: string; sql: string };
  for (const statement of sql.split(';').filter((part) => part.trim() !== '')) await edge.execute(statement);
  adminKey = key;
});
afterAll(() => edge?.[Symbol.asyncDispose]());

describe('npm run keys', () => {
  it('issues a key that works, and prints it this once', async () => {
    const { code, out, err } = await keys('create --name server --scopes generate,read --kind test --day 5');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out.match(KEY)).toHaveLength(1);
    expect(out).toContain('shown once');
    expect(out).toContain('day=5');
    expect(await statusWith(out.match(KEY)?.[0])).toBe(200);
    const { out: list } = await keys('list');
    expect(list).toContain('server');
    expect(list.match(KEY)).toBeNull();
  });

  it('sets and lifts limits', async () => {
    const { id } = await json('create --name limited --scopes read --rate 60 --total 9');
    expect((await json(`budget ${id} --month 100 --total none`)).limits).toEqual({
      rate_per_minute: 60,
      day_units: null,
      month_units: 100,
      total_units: null,
    });
  });

  it('re-rolls with an overlap, for the whole key, its beginning or its id', async () => {
    const { id, key } = await json('create --name rolled --scopes read');
    const { key: second } = await json(`reroll ${id} --overlap 1h`);
    expect(second).not.toBe(key);
    for (const each of [key, second]) expect(await statusWith(each)).toBe(200);
    const { key: third } = await json(`reroll glp_live_${id}_ --overlap 0`);
    const { key: fourth } = await json(`reroll ${third}`);
    expect(await statusWith(fourth)).toBe(200);
  });

  it('revokes', async () => {
    const { id, key } = await json('create --name leaving --scopes read --expires 90d');
    expect(await json(`revoke ${id}`)).toMatchObject({ status: 'revoked' });
    expect(await statusWith(key)).toBe(401);
    const { code, out, err } = await keys(`reroll ${id}`);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain('409: This API key is revoked.');
  });

  it('manages tenants and their keys', async () => {
    expect(await json('tenant create acme --name Acme')).toMatchObject({ id: 'acme', plan: 'prepaid' });
    const { key } = await json('create --tenant acme --name first --scopes admin');
    const { out } = await keys('list', { GALIP_URL: edge.url, GALIP_ADMIN_KEY: String(key) });
    expect(out.trimEnd().split('\n')).toHaveLength(2);
    expect(await json('list --tenant acme')).toMatchObject([{ tenant: 'acme', name: 'first' }]);
    await json('tenant change acme --status suspended --plan postpaid');
    expect(await json('tenant show acme')).toMatchObject({ status: 'suspended', plan: 'postpaid' });
    expect((await keys('tenant list')).out).toContain('Acme');
  });

  it('sets and lifts the budgets of a tenant', async () => {
    const none = { day_units: null, month_units: null, total_units: null };
    expect((await json('tenant create spender --name Spender --day 9')).limits).toEqual({
      ...none,
      day_units: 9,
    });
    expect((await json('tenant budget spender --day none --month 100')).limits).toEqual({
      ...none,
      month_units: 100,
    });
    expect((await keys('tenant show spender')).out).toContain('month=100');
    expect((await keys('tenant budget spender --rate 1')).err).toContain('takes no --rate');
    expect((await keys('tenant budget spender --day 1.5')).err).toContain('--day is "1.5"');
  });

  it('spreads a tenant over shards, and never over fewer', async () => {
    expect((await json('tenant create busy --name Busy')).shards).toBe(0);
    expect((await json('tenant change busy --shards 2')).shards).toBe(2);
    expect(await json('create --tenant busy --name first --scopes read')).toMatchObject({ shard: 1 });
    expect((await keys('tenant change busy --shards 1')).err).toContain('409: shards (1) must be at least');
    expect((await keys('tenant change busy --shards many')).err).toContain('--shards is "many"');
  });

  it('gives a tenant prepaid units, once for each payment', async () => {
    await json('tenant create payer --name Payer');
    expect(await json('tenant credit payer --units 100 --grant invoice-7')).toMatchObject({ available: 100 });
    expect((await keys('tenant credit payer --units 100 --grant invoice-7')).out).toBe('Available: 100\n');
    expect((await keys('tenant credit payer --units 1 --grant invoice-7')).err).toContain('409: ');
    expect(await json('tenant credit payer --units 1 --grant invoice-8')).toMatchObject({ available: 101 });
  });

  it('lists more keys than a page has', async () => {
    const row = (at: number) =>
      `('many${String(at).padStart(8, '0')}', '', 'operator', 'many', 'live', 'read', ${at})`;
    const rows = Array.from({ length: 101 }, (_, at) => row(at)).join(', ');
    await edge.execute(
      `INSERT INTO api_keys (id, hash, tenant, name, kind, scopes, created_at) VALUES ${rows}`,
    );
    const listed = await json('list');
    expect(listed.filter(({ name }) => name === 'many')).toHaveLength(101);
  });

  it('says what the API refuses, with exit code 1', async () => {
    const { code, out, err } = await keys('create --name x --scopes root');
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(/^400: scopes\[0\] .*generate, read, admin/u);
    expect((await keys('show AAAAAAAAAAAA')).err).toContain('404: There is no such API key.');
  });

  it('takes URL and key of a running stack from its data folder', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'galip-keys-'));
    await writeFile(join(dataDir, 'dev.json'), JSON.stringify({ url: edge.url, apiKey: adminKey }));
    const { code, out } = await keys(`tenant list --data ${dataDir}`, {});
    expect(code).toBe(0);
    expect(out).toContain('operator');
    await rm(dataDir, { recursive: true });
  });

  it('never prints the admin key', async () => {
    const gone = { GALIP_URL: 'http://127.0.0.1:9', GALIP_ADMIN_KEY: adminKey };
    const cut = { GALIP_URL: edge.url, GALIP_ADMIN_KEY: adminKey.slice(0, -1) };
    const open = { GALIP_URL: 'http://edge.example', GALIP_ADMIN_KEY: adminKey };
    const secret = adminKey.split('_')[3]?.slice(0, 20) ?? '';
    for (const env of [gone, cut, open, connection()]) {
      const { out, err } = await keys('show AAAAAAAAAAAA', env);
      expect(out).toBe('');
      expect(err).not.toContain(secret);
      expect(err.split('\n')).toHaveLength(2);
    }
  });
});
