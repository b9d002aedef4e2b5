import type { Job, Part, Waiting } from './job.ts';

/** What waits, counted as it comes and goes: a full queue is known without looking through it. */
export interface WaitingJobs<J extends Job> {
  /** In order of their deadlines. */
  readonly all: readonly Waiting<J>[];
  readonly rows: number;
  rowsOf(caller: string): number;
  add(entry: Waiting<J>): void;
  /** Takes out jobs as they are. */
  remove(isGone: (entry: Waiting<J>) => boolean): J[];
  /** Takes out the rows of a batch. */
  take(parts: readonly Part<J>[]): void;
}

export function createWaitingJobs<J extends Job>(): WaitingJobs<J> {
  let all: Waiting<J>[] = [];
  let rows = 0;
  const rowsOf = new Map<string, number>();

  const count = ({ caller }: J, change: number): void => {
    rows += change;
    const left = (rowsOf.get(caller) ?? 0) + change;
    if (left === 0) rowsOf.delete(caller);
    else rowsOf.set(caller, left);
  };

  return {
    get all() {
      return all;
    },
    get rows() {
      return rows;
    },
    rowsOf: (caller) => rowsOf.get(caller) ?? 0,
    add(entry) {
      all.splice(placeOf(all, entry.job), 0, entry);
      count(entry.job, remainingRows(entry));
    },
    remove(isGone) {
      const gone = all.filter(isGone);
      if (gone.length === 0) return [];
      all = all.filter((entry) => !isGone(entry));
      for (const entry of gone) count(entry.job, -remainingRows(entry));
      return gone.map(({ job }) => job);
    },
    take(parts) {
      const takenOf = new Map(parts.map(({ job, from, count: taken }) => [job, from + taken]));
      all = all.flatMap((entry) => {
        const taken = takenOf.get(entry.job);
        if (taken === undefined) return entry;
        count(entry.job, entry.taken - taken);
        return taken < entry.job.rows ? { ...entry, taken } : [];
      });
    },
  };
}

/** Where a job stands among others: behind all whose deadline is not later. */
export function placeOf<J extends Job>(all: readonly Waiting<J>[], { deadlineAtMs }: J): number {
  return all.findLastIndex(({ job }) => job.deadlineAtMs <= deadlineAtMs) + 1;
}

export function remainingRows({ job, taken }: Waiting<Job>): number {
  return job.rows - taken;
}
