import { ApiError } from '../../gpu-backend/contract/errors.ts';
import type { AskDurable } from '../durable/ask-durable.ts';
import type { JobOrder } from './job.ts';

/** How many jobs may be open (not ended) at a time. */
export interface OpenJobLimits {
  readonly tenant: number;
  readonly key: number;
}

/** The places that open jobs hold, of their tenant and of their key. */
export interface OpenJobs {
  /**
   * Takes a place for a job, or finds the one that it has.
   * @throws ApiError `too_many_jobs` with the numbers; `service_unavailable`.
   */
  enter(job: Pick<JobOrder, 'id' | 'tenant' | 'keyId'>): Promise<void>;
  /** Gives the place back, once the job has ended. */
  leave(id: string): Promise<void>;
  /** Places that were taken long enough ago to ask their jobs whether they are still open, the oldest first. */
  toCheck(): Promise<readonly { readonly id: string; readonly tenant: string }[]>;
  /** The job is open: it is asked again in an hour. */
  keep(id: string): Promise<void>;
}

export interface OpenJobsOptions {
  readonly db: Pick<D1Database, 'prepare' | 'batch'>;
  readonly limits: OpenJobLimits;
  /** D1 is asked as objects are: within limits of time, and again where an answer was lost. */
  readonly ask: AskDurable;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** A job whose order died after it took its place was never made: its place is free after this. */
const FIRST_CHECK_MS = 10 * 60_000;
const NEXT_CHECK_MS = 3_600_000;
/** As many as a run of the cron asks without haste. */
const CHECKED_AT_ONCE = 100;
/** A client that is refused asks again after so long: about what a few pictures take. */
const RETRY_AFTER_S = 10;

/** One statement counts and takes: D1 runs them one after the other, so that no limit is passed by two at once. */
const ENTER = `
  INSERT INTO open_jobs SELECT ?1, ?2, ?3, ?4
  WHERE EXISTS (SELECT 1 FROM open_jobs WHERE id = ?1)
    OR (SELECT count(*) FROM open_jobs WHERE tenant = ?2) < ?5
    AND (SELECT count(*) FROM open_jobs WHERE tenant = ?2 AND key_id = ?3) < ?6
  ON CONFLICT (id) DO NOTHING`;
const COUNT = `
  SELECT count(*) AS tenant, ifnull(sum(key_id = ?2), 0) AS key, ifnull(sum(id = ?3), 0) AS own
  FROM open_jobs WHERE tenant = ?1`;

interface Counts {
  readonly tenant: number;
  readonly key: number;
  readonly own: number;
}

export function createD1OpenJobs({ db, limits, ask, now }: OpenJobsOptions): OpenJobs {
  const change = async (sql: string, ...values: (string | number)[]): Promise<void> => {
    await ask(() => db.batch([db.prepare(sql).bind(...values)]));
  };
  return {
    async enter({ id, tenant, keyId }) {
      const enter = db
        .prepare(ENTER)
        .bind(id, tenant, keyId, now() + FIRST_CHECK_MS, limits.tenant, limits.key);
      const count = db.prepare(COUNT).bind(tenant, keyId, id);
      const [, counted] = await ask(() => db.batch<Counts>([enter, count]));
      const [open] = counted?.results ?? [];
      if (!open) throw new Error('counting gives one row');
      if (open.own === 0) throw tooMany(open, limits);
    },
    leave: (id) => change('DELETE FROM open_jobs WHERE id = ?', id),
    async toCheck() {
      const due = db
        .prepare('SELECT id, tenant FROM open_jobs WHERE check_at <= ? ORDER BY check_at LIMIT ?')
        .bind(now(), CHECKED_AT_ONCE);
      const [found] = await ask(() => db.batch<{ id: string; tenant: string }>([due]));
      return found?.results ?? [];
    },
    keep: (id) => change('UPDATE open_jobs SET check_at = ? WHERE id = ?', now() + NEXT_CHECK_MS, id),
  };
}

function tooMany(open: Counts, limits: OpenJobLimits): ApiError {
  const [whose, count, limit] =
    open.tenant >= limits.tenant
      ? ['This account', open.tenant, limits.tenant]
      : ['This API key', open.key, limits.key];
  return new ApiError('too_many_jobs', {
    message: `${whose} has ${count} jobs that have not ended; allowed are ${limit}. Nothing was made or charged.`,
    retryAfterS: RETRY_AFTER_S,
  });
}
