import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { describe, expect, it } from 'vitest';
import { MUTATIONS } from './mutations.ts';
import { NAMED_STEPS } from './named-steps.ts';
import { replayCommand } from './replay-command.ts';
import { runSeeds } from './run-seeds.ts';
import { simulate } from './simulate.ts';

/** `npm run simulate` runs more. */
const SEEDS = 1_000;
/** Within so many seeds a broken part is noticed. */
const MUTATION_SEEDS = 200;

const usageTables = await readFile(new URL('../../edge/migrations/0003_usage.sql', import.meta.url), 'utf8');

describe('the simulator', () => {
  it('finds every invariant kept, whatever fails and dies', { timeout: 300_000 }, async () => {
    const failures: string[] = [];
    const deadlySteps = new Set<string>();
    let [done, requests] = [0, 0];
    await runSeeds({
      from: 0,
      seeds: SEEDS,
      threads: availableParallelism(),
      onRun(run) {
        done++;
        requests += run.requests;
        for (const step of run.deadlySteps) deadlySteps.add(step);
        if (run.problems.length > 0) failures.push(`${replayCommand(run.seed)}: ${run.problems.join('; ')}`);
      },
    });
    expect(failures).toEqual([]);
    expect(done).toBe(SEEDS);
    expect(requests).toBeGreaterThan(10 * SEEDS);
    expect([...deadlySteps].sort(), 'processes died at every named step').toEqual(NAMED_STEPS.toSorted());
  });

  it('runs a seed again as it was, and another differently', async () => {
    const options = { seed: 7, usageTables, isTraced: true };
    const first = await simulate(options);
    expect(first.trace.length).toBeGreaterThan(50);
    expect(await simulate(options)).toEqual(first);
    expect((await simulate({ ...options, seed: 8 })).digest).not.toBe(first.digest);
  });

  for (const [name, { mutation, noticed }] of Object.entries(MUTATIONS)) {
    it(`notices ${name}`, { timeout: 300_000 }, async () => {
      const problems: string[] = [];
      for (let seed = 0; seed < MUTATION_SEEDS && !problems.some((text) => noticed.test(text)); seed++) {
        problems.push(...(await simulate({ seed, usageTables, mutation })).problems);
      }
      expect(problems.join('\n')).toMatch(noticed);
    });
  }
});
