import { readFile } from 'node:fs/promises';
import { parentPort, workerData } from 'node:worker_threads';
import type { SeedRun, SeedShare } from './run-seeds.ts';
import { simulate } from './simulate.ts';

// The errors that are injected by the thousand need no traces; a replay has them.
Error.stackTraceLimit = 0;

const { from, to, step } = workerData as SeedShare;
const usageTables = await readFile(new URL('../../edge/migrations/0003_usage.sql', import.meta.url), 'utf8');
for (let seed = from; seed < to; seed += step) {
  const { requests, flights, unpaid, problems, deadlySteps } = await simulate({ seed, usageTables });
  parentPort?.postMessage({ seed, requests, flights, unpaid, problems, deadlySteps } satisfies SeedRun);
}
