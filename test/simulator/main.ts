import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { replayCommand } from './replay-command.ts';
import { runSeeds } from './run-seeds.ts';
import { simulate } from './simulate.ts';

/** A line is printed after so many seeds. */
const REPORT_EVERY = 5_000;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '0' },
    seed: { type: 'string' },
  },
});
if (values.seed !== undefined) await replay(integer('seed', values.seed));
else await run(integer('from', values.from), integer('seeds', values.seeds));

function integer(name: string, text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new Error(`--${name} (${JSON.stringify(text)}) must be an integer ≥ 0`);
}

async function replay(seed: number): Promise<void> {
  const usageTables = await readFile(
    new URL('../../edge/migrations/0003_usage.sql', import.meta.url),
    'utf8',
  );
  const { trace, problems, digest } = await simulate({ seed, usageTables, isTraced: true });
  for (const line of trace) console.log(line);
  for (const problem of problems) console.log(`PROBLEM ${problem}`);
  console.log(`seed ${seed}: ${problems.length} problems, trace ${digest.toString(16)}`);
  if (problems.length > 0) process.exitCode = 1;
}

async function run(from: number, seeds: number): Promise<void> {
  const startMs = performance.now();
  let [done, requests, failed] = [0, 0, 0];
  const report = (): void => {
    const eachMs = (performance.now() - startMs) / done;
    console.log(`${done} seeds, ${requests} requests, ${failed} failed, ${eachMs.toFixed(1)} ms a seed`);
  };
  await runSeeds({
    from,
    seeds,
    onRun(run) {
      done++;
      requests += run.requests;
      if (run.problems.length > 0) {
        failed++;
        console.log(`${replayCommand(run.seed)}\n  ${run.problems.join('\n  ')}`);
      }
      if (done % REPORT_EVERY === 0) report();
    },
  });
  if (done % REPORT_EVERY !== 0) report();
  if (failed > 0 || done < seeds) process.exitCode = 1;
}
