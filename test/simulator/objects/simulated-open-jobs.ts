import { readFile } from 'node:fs/promises';
import { createAskDurable } from '../../../edge/durable/ask-durable.ts';
import { createD1OpenJobs, type OpenJobs } from '../../../edge/jobs/open-jobs.ts';
import type { Sql } from '../../../edge/ledger/sql.ts';
import type { World } from '../engine/world.ts';
import type { RunRecord } from '../record.ts';
import type { SimulatedD1 } from '../services/simulated-d1.ts';

const TABLE = await readFile(new URL('../../../edge/migrations/0006_open_jobs.sql', import.meta.url), 'utf8');

export interface OpenJobsOptions extends Pick<SimulatedD1, 'db'> {
  readonly world: World;
  /** The database behind `db`. */
  readonly sql: Sql;
  readonly record: RunRecord;
}

/** The real places of open jobs, few of them, counted after each that is taken. */
export function createSimulatedOpenJobs({ world, db, sql, record }: OpenJobsOptions): OpenJobs {
  for (const statement of TABLE.split(/;\s*$/mu)) if (statement.trim()) sql.exec(statement);
  const limits = { tenant: world.random.int(1, 6), key: world.random.int(1, 6) };
  const ask = createAskDurable(world.clock, 'service_unavailable');
  const openJobs = createD1OpenJobs({ db, limits, ask, now: world.time.now });
  const most = (column: 'tenant' | 'key_id'): number =>
    sql.exec<{ n: number }>(`SELECT count(*) AS n FROM open_jobs GROUP BY ${column} ORDER BY n DESC`)[0]?.n ??
    0;
  return {
    ...openJobs,
    async enter(job) {
      await openJobs.enter(job);
      if (most('tenant') > limits.tenant) record.problems.add('a tenant has more open jobs than it may');
      if (most('key_id') > limits.key) record.problems.add('a key has more open jobs than it may');
    },
  };
}
