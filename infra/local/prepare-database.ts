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

async function isUpToDate(database: Database): Promise<boolean> {
  const tables = await database.prepare("SELECT name FROM sqlite_master WHERE name = 'd1_migrations'").all();
  if (tables.results.length === 0) return false;
  const { results } = await database.prepare('SELECT name FROM d1_migrations').all<{ name: string }>();
  const applied = new Set(results.map(({ name }) => name));
  const files = await readdir(MIGRATIONS_DIR);
  return files.filter((name) => name.endsWith('.sql')).every((name) => applied.has(name));
}

async function applyMigrations(dataDir: string): Promise<void> {
  const target = ['DB', '--local', '--env', WRANGLER_ENVIRONMENT, '--persist-to', wranglerStateDir(dataDir)];
  try {
    await promisify(execFile)(process.execPath, [WRANGLER, 'd1', 'migrations', 'apply', ...target], {
      env: { ...process.env, CI: 'true', WRANGLER_LOG: 'log' },
    });
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    throw new Error(`${stdout ?? ''}${stderr ?? ''}`.trim() || String(error));
  }
}

async function storeKey(database: Database, id: string, hash: string): Promise<void> {
  await database
    .prepare(
      `INSERT INTO api_keys (id, hash, tenant, name, scopes, created_at) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (id) DO NOTHING`,
    )
    .bind(id, hash, 'dev', 'development key', 'generate read admin', Math.floor(Date.now() / 1000))
    .run();
}

const [dataDir = '', keyId = '', keyHash = ''] = process.argv.slice(2);
try {
  const done = await withDatabase(dataDir, async (database) => {
    const upToDate = await isUpToDate(database);
    if (upToDate) await storeKey(database, keyId, keyHash);
    return upToDate;
  });
  if (!done) {
    await applyMigrations(dataDir);
    await withDatabase(dataDir, (database) => storeKey(database, keyId, keyHash));
  }
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
