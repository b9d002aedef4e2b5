import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isFinal, type Job } from '../../edge/jobs/job.ts';
import type { JobStep } from '../../edge/jobs/job-core.ts';
import { NO_LIMITS } from '../../edge/keys/key-record.ts';
import { NO_TENANT_LIMITS } from '../../edge/keys/tenant.ts';
import { chargeIdOf } from '../../edge/ledger/charge-id.ts';
import { createLedgerCore } from '../../edge/ledger/ledger-core.ts';
import { ApiError } from '../../gpu-backend/contract/errors.ts';
import { createNodeSql } from '../fakes/node-sql.ts';
import { Crash, createJobWorld, ORDER } from './job-world.ts';

const LEASE_MS = 90_000;
const SPENDER = {
  keyId: 'key',
  plan: 'prepaid',
  limits: NO_LIMITS,
  tenantLimits: NO_TENANT_LIMITS,
} as const;

/** Where the process dies while a job's pictures are made and paid. */
const PAYMENT_STEPS = ['reserved', 'made', 'settled'] as const;

const runArbitrary = fc.record({
  shed: fc.boolean(),
  tookMs: fc.integer({ min: 0, max: 60_000 }),
  death: fc.option(fc.constantFrom(...PAYMENT_STEPS), { nil: undefined, freq: 3 }),
});
const scriptArbitrary = fc.record({
  credit: fc.integer({ min: 0, max: 2 }),
  deadlineMs: fc.integer({ min: 1_000, max: 600_000 }),
  runs: fc.array(runArbitrary, { maxLength: 8 }),
  deaths: fc.array(
    fc.constantFrom<JobStep>(
      'job.create.after-commit',
      'job.claim.after-commit',
      'job.run.before-finish',
      'job.finish.after-commit',
      'job.wait.after-commit',
      'job.publish.after-send',
    ),
    { maxLength: 4 },
  ),
  lostMessages: fc.boolean(),
  doubleMessages: fc.boolean(),
  cancelAtMs: fc.option(fc.integer({ min: 0, max: 300_000 }), { nil: undefined }),
});

type Script = typeof scriptArbitrary extends fc.Arbitrary<infer T> ? T : never;

function deathsOf({ deaths, runs }: Script): number {
  return deaths.length + runs.filter(({ death }) => death).length;
}

/** A job on the real ledger, with a backend that sheds and takes its time, and deaths wherever something is durable. */
async function play(script: Script) {
  const world = createJobWorld();
  const ledger = createLedgerCore({ sql: createNodeSql(), tenant: 'tenant', now: () => world.nowMs });
  if (script.credit > 0) ledger.credit({ id: 'grant', units: script.credit, note: '' });
  const chargeId = await chargeIdOf('tenant', ORDER.requestKey, 0);
  const [runs, deaths] = [[...script.runs], [...script.deaths]];
  let pictures = 0;
  world.duringRun = (job: Job) => {
    const { shed, tookMs, death } = runs.shift() ?? { shed: false, tookMs: 0, death: undefined };
    const die = (step: (typeof PAYMENT_STEPS)[number]): void => {
      if (death === step) throw new Crash(step);
    };
    const line = { chargeId, fingerprint: 'f'.repeat(64), units: 1 };
    if (pictures > 0) {
      const hit = { requestKey: job.requestKey, spender: SPENDER, model: 'emoji-v0' };
      ledger.record({ ...hit, lines: [{ ...line, units: 0, outcome: 'cache_hit' }] });
      return;
    }
    const reservation = ledger.reserve({
      requestKey: job.requestKey,
      spender: SPENDER,
      model: 'emoji-v0',
      lines: [line],
      leaseMs: LEASE_MS,
    });
    if (!reservation.granted) throw new ApiError('insufficient_credits');
    const settle = (outcome: 'generated' | 'failed') =>
      ledger.settle({ lease: reservation.lease, spender: SPENDER, lines: [{ chargeId, outcome, units: 1 }] });
    die('reserved');
    const endsAt = Math.min(world.nowMs + tookMs, job.deadline);
    const late = endsAt === job.deadline;
    world.nowMs = Math.max(world.nowMs, endsAt);
    if (shed || late) {
      settle('failed');
      throw new ApiError(late ? 'deadline_exceeded' : 'backend_unavailable');
    }
    pictures++;
    die('made');
    settle('generated');
    die('settled');
  };

  await world.core.create({ ...ORDER, deadline: script.deadlineMs }).catch(() => world.restart());
  const endMs = script.deadlineMs + 200_000 + deathsOf(script) * 90_000;
  for (let at = 0; at <= endMs; at += 5_000) {
    if (script.lostMessages) world.queue.length = 0;
    if (script.doubleMessages) world.queue.push(...world.queue.slice(0, 2));
    world.crashAt ??= deaths.shift();
    if (script.cancelAtMs !== undefined && at >= script.cancelAtMs) {
      await world.core.cancel().catch(() => world.restart());
    }
    await world.goOn(at);
    ledger.expire();
  }
  return { world, balance: ledger.balance(), pictures };
}

it('no job is lost, hangs, is told two ends, or is charged but once for a picture', {
  timeout: 120_000,
}, async () => {
  const ends = new Set<string>();
  await fc.assert(
    fc.asyncProperty(scriptArbitrary, async (script) => {
      const { world, balance, pictures } = await play(script);
      const job = world.core.find();
      if (!job) throw new Error('the job is lost');
      ends.add(job.status);
      expect(isFinal(job.status)).toBe(true);
      // Dead processes are found by the alarm that each try leaves behind.
      expect(job.finishedAt).toBeLessThanOrEqual(job.deadline + Math.max(1, deathsOf(script)) * 90_000);
      expect(world.runs.every(({ version }) => version < job.version)).toBe(true);
      expect(world.published.length).toBeGreaterThan(0);
      for (const told of world.published) expect(told).toEqual(world.published[0]);
      expect(balance.reserved).toBe(0);
      expect(balance.available).toBeGreaterThanOrEqual(0);
      expect(balance.spent).toBeLessThanOrEqual(Math.min(1, pictures));
      // Of a picture that a try made before it died, a later one was told as a hit, which is free.
      if (job.status === 'succeeded') expect(balance.spent).toBeLessThanOrEqual(1);
      // A try that died may have been charged, and then the job must hear of it before it ends.
      else expect(balance.spent).toBe(0);
    }),
    { numRuns: 1_000 },
  );
  expect([...ends].sort()).toEqual(['cancelled', 'expired', 'failed', 'succeeded']);
});
