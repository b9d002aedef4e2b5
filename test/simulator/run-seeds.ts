import { Worker } from 'node:worker_threads';

/** A thread's seeds: `from`, `from + step`, … below `to`. */
export interface SeedShare {
  readonly from: number;
  readonly to: number;
  readonly step: number;
}

/** What one seed came to. */
export interface SeedRun {
  readonly seed: number;
  readonly requests: number;
  readonly flights: number;
  readonly unpaid: number;
  readonly problems: readonly string[];
  readonly deadlySteps: readonly string[];
}

export interface RunSeedsOptions {
  readonly from: number;
  readonly seeds: number;
  readonly threads: number;
  readonly onRun: (run: SeedRun) => void;
}

/** Runs `seeds` seeds from `from` on. Rejects when a run throws. */
export async function runSeeds({ from, seeds, threads, onRun }: RunSeedsOptions): Promise<void> {
  const shares = Array.from({ length: threads }, (_, place) => {
    const workerData: SeedShare = { from: from + place, to: from + seeds, step: threads };
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const worker = new Worker(new URL('./seed-thread.ts', import.meta.url), { workerData });
    worker.on('message', onRun);
    worker.on('error', reject);
    worker.on('exit', () => resolve());
    return promise;
  });
  await Promise.all(shares);
}
