import { createTextRows } from '../durable/text-rows.ts';
import type { Sql } from '../ledger/sql.ts';
import type { Job, JobEvent, JobOrder, JobResult, JobStatus } from './job.ts';

/** What a step changes; the version and the event come by themselves. */
export type JobChange = Partial<
  Pick<
    Job,
    'status' | 'attempts' | 'startedAt' | 'finishedAt' | 'nextAttemptAt' | 'unsettled' | 'error' | 'result'
  >
>;

/** A job in the database that is its alone. Every call is one transaction. */
export interface JobStorage {
  find(): Job | undefined;
  /** False when there is a job already: it stays as it is. */
  create(order: JobOrder, nowMs: number): boolean;
  change(change: JobChange, nowMs: number): Job;
  /** Steps after the one of this number, in order. */
  eventsAfter(number: number): JobEvent[];
  /** Whether the job's end was handed to the webhooks. */
  isPublished(): boolean;
  markPublished(): void;
  isCancelRequested(): boolean;
  requestCancel(): void;
}

/** The order and all that is small lie in `job` as JSON; the result, which may be large, in rows of its own. */
type SmallJob = Omit<Job, 'result' | 'progress'>;

const TABLES = [
  `CREATE TABLE IF NOT EXISTS job (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    job TEXT NOT NULL, -- JSON
    has_result INTEGER NOT NULL,
    published INTEGER NOT NULL,
    cancel_requested INTEGER NOT NULL
  ) STRICT`,
  `CREATE TABLE IF NOT EXISTS job_events (
    number INTEGER PRIMARY KEY,
    status TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    at INTEGER NOT NULL -- milliseconds since 1970
  ) STRICT`,
];

interface Row {
  readonly job: string;
  readonly has_result: number;
  readonly published: number;
  readonly cancel_requested: number;
}

export function createJobStorage(sql: Sql): JobStorage {
  const result = createTextRows(sql);

  function findRow(): Row | undefined {
    // Asking for a job that never was, or is gone, must leave nothing behind.
    const [table] = sql.exec("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'job'");
    return table === undefined ? undefined : sql.exec<Row>('SELECT * FROM job')[0];
  }

  function find(): Job | undefined {
    const row = findRow();
    if (!row) return undefined;
    const images = row.has_result ? (JSON.parse(result.read()) as JobResult) : null;
    return { ...(JSON.parse(row.job) as SmallJob), result: images, progress: null };
  }

  function addEvent(status: JobStatus, attempts: number, at: number): void {
    sql.exec('INSERT INTO job_events (status, attempts, at) VALUES (?, ?, ?)', status, attempts, at);
  }

  return {
    find: () => sql.transaction(find),
    create: (order, nowMs) =>
      sql.transaction(() => {
        for (const table of TABLES) sql.exec(table);
        result.create();
        if (findRow()) return false;
        const job: SmallJob = {
          ...order,
          status: 'queued',
          version: 1,
          attempts: 0,
          createdAt: nowMs,
          startedAt: null,
          finishedAt: null,
          nextAttemptAt: nowMs,
          unsettled: false,
          error: null,
        };
        sql.exec('INSERT INTO job VALUES (1, ?, 0, 0, 0)', JSON.stringify(job));
        addEvent('queued', 0, nowMs);
        return true;
      }),
    change: (change, nowMs) =>
      sql.transaction(() => {
        const job = find();
        if (!job) throw new Error('only a job that exists changes');
        const next: Job = { ...job, ...change, version: job.version + 1 };
        const { result: images, progress: _, ...small } = next;
        sql.exec('UPDATE job SET job = ?, has_result = ?', JSON.stringify(small), images ? 1 : 0);
        if (images && !job.result) result.write(JSON.stringify(images));
        addEvent(next.status, next.attempts, nowMs);
        return next;
      }),
    eventsAfter: (number) =>
      findRow()
        ? sql.exec<JobEvent>('SELECT * FROM job_events WHERE number > ? ORDER BY number', number)
        : [],
    isPublished: () => findRow()?.published === 1,
    markPublished: () => void sql.exec('UPDATE job SET published = 1'),
    isCancelRequested: () => findRow()?.cancel_requested === 1,
    requestCancel: () => void sql.exec('UPDATE job SET cancel_requested = 1'),
  };
}
