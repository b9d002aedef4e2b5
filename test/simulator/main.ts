import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { replayCommand } from './replay-command.ts';
import { type RunSeedsOptions, runSeeds, type SeedRun } from './run-seeds.ts';
import { simulate } from './simulate.ts';

/** After so many seeds it is printed what they came to, and from where to go on if it is stopped. */
const RANGE_SEEDS = 2_500;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '100000' },
    from: { type: 'string', default: '0' },
    seed: { type: 'string' },
    threads: { type: 'string', default: String(availableParallelism()) },
  },
});
if (values.seed !== undefined) await replay(integer('seed', values.seed));
else {
  await run({
    from: integer('from', values.from),
    seeds: integer('seeds', values.seeds),
    threads: Math.max(1, integer('threads', values.threads)),
  });
}

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

async function run({ from, seeds, threads }: Omit<RunSeedsOptions, 'onRun'>): Promise<void> {
  const startMs = performance.now();
  let [done, requests, flights, unpaid, failed] = [0, 0, 0, 0, 0];
  const onRun = (run: SeedRun): void => {
    done++;
    requests += run.requests;
    flights += run.flights;
    unpaid += run.unpaid;
    if (run.problems.length === 0) return;
    failed++;
    console.log(`${replayCommand(run.seed)}\n  ${run.problems.join('\n  ')}`);
  };
  const end = from + seeds;
  for (let begin = from; begin < end; begin += RANGE_SEEDS) {
    const next = Math.min(begin + RANGE_SEEDS, end);
    await runSeeds({ from: begin, seeds: next - begin, threads, onRun });
    const eachMs = (performance.now() - startMs) / done;
    console.log(
      `${done} seeds, ${requests} requests, ${flights} pictures made, ${unpaid} of them unpaid, ${failed} failed, ${eachMs.toFixed(1)} ms a seed; next --from ${next}`,
    );
  }
  if (failed > 0 || done < seeds) process.exitCode = 1;
}
