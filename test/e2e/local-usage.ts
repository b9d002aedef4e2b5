import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { wranglerStateDir } from '../../infra/local/wrangler.ts';

/** Units of charges by their ids. */
type Units = ReadonlyMap<string, number>;

export interface LocalUsage {
  /** What the ledgers charged, and when, milliseconds since 1970. */
  readonly charged: Units;
  readonly settledAt: ReadonlyMap<string, number>;
  /** Of those, what D1's usage table has … */
  readonly stored: Units;
  /** … and what the gateway's own access log has. */
  readonly answered: Units;
  /** Charges that no queue has taken yet. */
  readonly waiting: number;
}

const CHARGED = `('generated', 'cache_hit', 'follower')`;

/** Reads ledgers and D1 of a data folder from their files, also while a stack runs on it. */
export async function readLocalUsage(dataDir: string): Promise<LocalUsage> {
  const state = join(wranglerStateDir(dataDir), 'v3');
  const ledgers = await databasesIn(join(state, 'do'), /-LedgerObject$/u);
  const d1 = await databasesIn(join(state, 'd1'), /D1DatabaseObject$/u);
  const charges = query(ledgers, `SELECT id, units, settled_at FROM charges WHERE state = 'committed'`);
  return {
    charged: new Map(charges.map(({ id, units }) => [String(id), Number(units)])),
    settledAt: new Map(charges.map(({ id, settled_at }) => [String(id), Number(settled_at)])),
    stored: unitsOf(
      query(d1, `SELECT charge_id AS id, units FROM usage_charges WHERE outcome IN ${CHARGED}`),
    ),
    answered: unitsOf(query(d1, 'SELECT charge_id AS id, units FROM usage_answers')),
    waiting: query(ledgers, 'SELECT charge_id FROM outbox').length,
  };
}

type Row = Record<string, unknown>;

function unitsOf(rows: readonly Row[]): Units {
  return new Map(rows.map(({ id, units }) => [String(id), Number(units)]));
}

/** Rows of all these databases. */
function query(files: readonly string[], sql: string): Row[] {
  return files.flatMap((file) => {
    using database = new DatabaseSync(file, { readOnly: true, timeout: 5_000 });
    return database.prepare(sql).all();
  });
}

/** Files of the databases of one kind of object; `metadata.sqlite` is the platform's own. */
async function databasesIn(folder: string, kind: RegExp): Promise<string[]> {
  const kinds = (await readdir(folder)).filter((name) => kind.test(name));
  const files = await Promise.all(
    kinds.map(async (name) => (await readdir(join(folder, name))).map((file) => join(folder, name, file))),
  );
  return files.flat().filter((file) => /\/[0-9a-f]{64}\.sqlite$/u.test(file));
}
