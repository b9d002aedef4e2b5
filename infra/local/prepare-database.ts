import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { promisify } from 'node:util';
import { getPlatformProxy } from 'wrangler';
import { WRANGLER, WRANGLER_ENVIRONMENT, wranglerStateDir } from './wrangler.ts';

// A program of its own, see database.ts. Run in the project's root: DATA_DIR KEY_ID KEY_HASH.

/** As much of D1's client as is used here. */
interface Database {
  prepare(sql: string): {
    bind(...values: (string | number)[]): { run(): Promise<unknown> };
    all<Row>(): Promise<{ results: Row[] }>;
  };
}

const MIGRATIONS_DIR = 'edge/migrations';

async function withDatabase<T>(dataDir: string, use: (database: Database) => Promise<T>): Promise<T> {
  const { env, dispose } = await getPlatformProxy<{ DB: Database }>({
    configPath: 'wrangler.toml',
    environment: WRANGLER_ENVIRONMENT,
    // The command line's --persist-to adds the version of the layout by itself.
    persist: { path: `${wranglerStateDir(dataDir)}/v3` },
    envFiles: [],
    remoteBindings: false,
  });
  try {
    return await use(env.DB);
  } finally {
    await dispose();
  }
}

async function pendingMigrations(database: Database): Promise<string[]> {
  const files = (await readdir(MIGRATIONS_DIR)).filter((name) => name.endsWith('.sql'));
  const tables = await database.prepare("SELECT name FROM sqlite_master WHERE name = 'd1_migrations'").all();
  if (tables.results.length === 0) return files;
  const { results } = await database.prepare('SELECT name FROM d1_migrations').all<{ name: string }>();
  const applied = new Set(results.map(({ name }) => name));
  return files.filter((name) => !applied.has(name));
}

/** By wrangler's own command, so that its record of them is as in production. */
async function applyMigrations(dataDir: string, pending: readonly string[]): Promise<void> {
  const target = ['DB', '--local', '--env', WRANGLER_ENVIRONMENT, '--persist-to', wranglerStateDir(dataDir)];
  try {
    await promisify(execFile)(process.execPath, [WRANGLER, 'd1', 'migrations', 'apply', ...target], {
      env: { ...process.env, CI: 'true', WRANGLER_LOG: 'error' },
    });
  } catch (error) {
    const { stderr } = error as { stderr?: string };
    throw new Error(`migrations ${pending.join(', ')}: ${stderr?.trim() || String(error)}`);
  }
}

/** The development key with all scopes, of an operator tenant that is billed afterwards: nothing is refused to it. */
async function storeKey(database: Database, id: string, hash: string): Promise<void> {
  const nowS = Math.floor(Date.now() / 1000);
  await database
    .prepare(
      `INSERT INTO tenants (id, name, plan, status, operator, created_at)
       VALUES ('dev', 'development', 'postpaid', 'active', 1, ?) ON CONFLICT (id) DO UPDATE SET operator = 1`,
    )
    .bind(nowS)
    .run();
  await database
    .prepare(
      `INSERT INTO api_keys (id, hash, tenant, name, kind, scopes, created_at)
       VALUES (?, ?, 'dev', 'development key', 'test', 'generate read admin', ?)
       ON CONFLICT (id) DO UPDATE SET kind = 'test'`,
    )
    .bind(id, hash, nowS)
    .run();
}

const [dataDir = '', keyId = '', keyHash = ''] = process.argv.slice(2);
try {
  const pending = await withDatabase(dataDir, async (database) => {
    const names = await pendingMigrations(database);
    if (names.length === 0) await storeKey(database, keyId, keyHash);
    return names;
  });
  if (pending.length > 0) {
    await applyMigrations(dataDir, pending);
    await withDatabase(dataDir, (database) => storeKey(database, keyId, keyHash));
  }
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
