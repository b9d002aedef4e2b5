import type { Hono } from 'hono';
import type { Backend } from '../../edge/adapters/backend.ts';
import { createCircuitBreaker } from '../../edge/backends/circuit-breaker.ts';
import { createFailOver } from '../../edge/backends/fail-over.ts';
import { createRetryBudget } from '../../edge/backends/retry-budget.ts';
import type { EdgeContext } from '../../edge/endpoint.ts';
import { createImageMaker } from '../../edge/generation/make-images.ts';
import { freePlaces } from '../../edge/jobs/free-places.ts';
import { messageOf } from '../../edge/jobs/job-message.ts';
import { consumeJobs, type JobMessage } from '../../edge/jobs/job-queue.ts';
import { createRunJob } from '../../edge/jobs/run-job.ts';
import { askDatabase } from '../../edge/keys/ask-database.ts';
import type { KeyHolder } from '../../edge/keys/key-store.ts';
import { placeOfLedger } from '../../edge/ledger/ledger-name.ts';
import { createTenantAccounts } from '../../edge/ledger/tenant-accounts.ts';
import { createTenantLedgers } from '../../edge/ledger/tenant-ledgers.ts';
import type { Log } from '../../edge/middleware/answer-errors.ts';
import { createBlockList } from '../../edge/policy/block-list.ts';
import { consumeUsage, USAGE_QUEUE } from '../../edge/usage/consume-usage.ts';
import { logAnswers } from '../../edge/usage/log-answers.ts';
import type { UsageEvent } from '../../edge/usage/usage-event.ts';
import { ApiError } from '../../gpu-backend/contract/errors.ts';
import { findProblems } from './checks/find-problems.ts';
import { inspectAccount } from './checks/inspect-account.ts';
import { strandedUnits } from './checks/stranded-units.ts';
import { unpaidFlights } from './checks/unpaid-flights.ts';
import { type Client, createClient } from './client.ts';
import { createEdgeWorker } from './edge-worker.ts';
import { withDeterministicPlatform } from './engine/deterministic-platform.ts';
import { createSimulatedQueue } from './engine/queue.ts';
import { createWorld, type World } from './engine/world.ts';
import { createLiveSockets } from './live-sockets.ts';
import { MODEL } from './model.ts';
import type { Mutation } from './mutation.ts';
import { createSimulatedFlights } from './objects/simulated-flights.ts';
import { createSimulatedIdempotency } from './objects/simulated-idempotency.ts';
import { createSimulatedJobs, type SimulatedJobs } from './objects/simulated-jobs.ts';
import { createSimulatedLedgers } from './objects/simulated-ledgers.ts';
import { createSimulatedOpenJobs } from './objects/simulated-open-jobs.ts';
import type { RunRecord } from './record.ts';
import { createSimulatedBackend } from './services/simulated-backend.ts';
import { createSimulatedCache } from './services/simulated-cache.ts';
import { createSimulatedD1 } from './services/simulated-d1.ts';
import { createSimulatedStore } from './services/simulated-store.ts';
import { drawHolders, FORBIDDEN, startWorkload } from './workload.ts';

type Holders = ReturnType<typeof drawHolders>;
type Messages = Parameters<typeof consumeUsage>[0]['messages'];

export interface SimulateOptions {
  readonly seed: number;
  /** Statements that make the usage tables. */
  readonly usageTables: string;
  readonly mutation?: Mutation;
  /** Keeps the lines of the trace. */
  readonly isTraced?: boolean;
}

export interface SimulateResult {
  /** Empty: every invariant held. */
  readonly problems: readonly string[];
  /** Equal for equal runs. */
  readonly digest: number;
  readonly trace: readonly string[];
  readonly requests: number;
  /** Flights that landed because of a caller. */
  readonly flights: number;
  /** Of them those that nobody is charged for: whoever had them made died with the means to say so. */
  readonly unpaid: number;
  /** The named steps that a process died at. */
  readonly deadlySteps: readonly string[];
}

/** Faults stop so long after the start; the last client began after two minutes. */
const FAULTS_MS = 8 * 60_000;
/** By then every job is out of time, every lease over and every queue empty. */
const QUIET_MS = 3 * 3_600_000;
/** By then what was kept for two days is deleted. */
const OVER_MS = 52 * 3_600_000;
const CHAOS_EVERY_MS = 5_000;
const CRON_MS = 10 * 60_000;

/** One run: all that happens follows from the seed. */
export async function simulate(options: SimulateOptions): Promise<SimulateResult> {
  const world = createWorld(options.seed, options.isTraced ?? false);
  try {
    return await withDeterministicPlatform(world.random, () => run(world, options));
  } finally {
    world.close();
  }
}

async function run(world: World, { usageTables, mutation = {} }: SimulateOptions): Promise<SimulateResult> {
  const { random, time, faults, lives, network, trace } = world;
  const startMs = time.now();
  const holders = drawHolders(world);
  const prices = {
    picture: random.int(1, 3),
    resample: random.int(0, 1),
    hit: random.int(0, 1),
    composition: 0,
  };
  const record: RunRecord = {
    prices,
    intents: [],
    requests: [],
    messages: [],
    published: new Map(),
    jobs: new Map(),
    starters: new Map(),
    granted: new Map(),
    problems: new Set(),
  };
  const log: Log = (entry) => {
    trace.note(`log ${entry.event ?? entry.code} ${String(entry.cause).split('\n', 1)[0]}`);
    // Whatever is injected has a name of its own.
    const { code, cause } = entry;
    if (code === 'internal_error') record.problems.add(`internal error: ${cause}`);
  };

  const realStore = createSimulatedStore(world);
  const store = mutation.store?.(realStore) ?? realStore;
  const backends = ['a', 'b']
    .slice(0, random.int(1, 2))
    .map((name) => ({ name, backend: createSimulatedBackend(world, store, name) }));
  const hedgeMs = random.pick([undefined, 300]);
  const backendOf = (): Backend =>
    createFailOver({
      members: backends.map((member) => ({
        ...member,
        breaker: createCircuitBreaker({ now: time.now, onChange: () => undefined }),
      })),
      budget: createRetryBudget(),
      clock: world.clock,
      hedgeMs,
    });
  const usageSql = world.openSql();
  for (const statement of usageTables.split(/;\s*$/mu)) if (statement.trim()) usageSql.exec(statement);
  const { db, ask: askD1 } = createSimulatedD1(world, usageSql);
  const openJobs = createSimulatedOpenJobs({ world, db, sql: usageSql, record });

  const usageQueue = createSimulatedQueue<UsageEvent>({
    name: 'usage',
    ...world,
    retryMs: 30_000,
    async consume(batch) {
      const consumer = lives.start('usage consumer');
      const messages = batch.map(({ id, body }) => ({ id, body })) as unknown as Messages;
      const stored = lives.run(consumer, () =>
        consumeUsage({ queue: USAGE_QUEUE, messages }, { db, log, now: time.now }),
      );
      await Promise.race([stored, consumer.death]);
      return [];
    },
  });
  const sendUsage = (events: readonly UsageEvent[]): Promise<void> =>
    network.call('usage queue', () => usageQueue.send(events));
  const ledgers = createSimulatedLedgers({
    world,
    mutation,
    sendUsage,
    inspect: (tenant) => {
      const mine = [...ledgers.accounts].filter(([name]) => placeOfLedger(name).tenant === tenant);
      const ofTenant = holders.filter(({ key }) => key.tenant === tenant);
      for (const problem of inspectAccount(
        mine.map(([, sql]) => sql),
        ofTenant,
      )) {
        record.problems.add(problem);
      }
    },
  });
  const tenantLedgers = createTenantLedgers(ledgers.partOf);
  const accountOf = createTenantAccounts(ledgers.partOf);

  const realFlights = createSimulatedFlights({
    world,
    mutation,
    backendOf,
    store,
    recipes: { keep: () => network.call('recipe book', () => undefined) },
    log,
    onLanded: (fingerprint, starter) => record.starters.set(fingerprint, starter),
  });
  const maker = createImageMaker({
    model: MODEL,
    store,
    cache: createSimulatedCache(faults),
    flights: mutation.flights?.(realFlights, backendOf()) ?? realFlights,
    ledgerOf: logAnswers({ ledgerOf: tenantLedgers, send: sendUsage, now: time.now, log }),
    prices,
    policy: createBlockList([FORBIDDEN]),
    scorer: { score: () => Promise.reject(new ApiError('backend_unavailable')) },
    clock: world.clock,
    log,
  });

  const runJob = createRunJob({
    keys: { find: (id) => askDatabase(askD1('key', () => holderOf(holders, id, time.now()))) },
    maker,
    compositions: {
      make() {
        throw new Error('the simulator composes nothing');
      },
    },
    now: time.now,
  });
  const jobQueue = createSimulatedQueue<JobMessage>({
    name: 'jobs',
    ...world,
    retryMs: 30_000,
    consume: (batch) => consumeJobBatch(world, jobs, batch, log),
  });
  const jobs = createSimulatedJobs({
    world,
    mutation,
    run: (job) => runJob(job, (work) => void work.catch(() => undefined)),
    enqueue: (job, delayMs) => network.call('job queue', () => jobQueue.send([{ job: job.id }], delayMs)),
    publish: (job) =>
      network.call('webhooks', () => {
        const { id, body } = messageOf(job);
        record.published.set(id, [...(record.published.get(id) ?? []), body]);
      }),
    leave: ({ id }) => openJobs.leave(id),
  });

  const realIdempotency = createSimulatedIdempotency(world);
  const app: Hono<EdgeContext> = createEdgeWorker({
    model: MODEL,
    maker,
    jobs,
    openJobs,
    idempotency: mutation.idempotency?.(realIdempotency) ?? realIdempotency,
    holderOf: (id) => holders.find(({ key }) => key.id === id),
    onRequestKey(_, requestKey) {
      const seen = client.requestOf(lives.current());
      if (seen) seen.requestKey = requestKey;
    },
    clock: world.clock,
    log,
  });
  const client: Client = createClient(world, app, record);

  const sockets = createLiveSockets({ world, maker, record, contexts: client.contexts, log });
  startWorkload({ world, client, sockets, accountOf, holders, record });
  startChaos(world, client);
  startCron(world, () => freePlaces({ openJobs, jobs, log }));
  await time.runUntil(startMs + FAULTS_MS);
  faults.stop();
  await time.runUntil(startMs + QUIET_MS);
  for (const job of jobs.all()) record.jobs.set(job.id, job);
  const problems = await findProblems({
    record,
    accounts: ledgers.accounts,
    usageSql,
    store,
    nowMs: time.now(),
  });
  const { flights, unpaid } = unpaidFlights(record, ledgers.accounts);
  problems.push(...(await strandedUnits(world, { holders, ledgerOf: tenantLedgers, accountOf })));
  await time.runUntil(startMs + OVER_MS);
  if (time.pending() > 0) problems.push(`${time.pending()} events lie ahead of a world that is over`);
  if (jobs.all().length > 0) problems.push('a job was kept for longer than a day');
  const deadlySteps = [...faults.deadlySteps];
  return {
    problems,
    digest: trace.digest(),
    trace: trace.lines,
    requests: record.requests.length,
    flights,
    unpaid,
    deadlySteps,
  };
}

/** A key's holder as a job finds it: some keys are revoked while jobs are under way. */
function holderOf(holders: Holders, id: string, nowMs: number): KeyHolder | undefined {
  const holder = holders.find(({ key }) => key.id === id);
  const revokedAt = holder?.key.revokedAt ?? null;
  if (!holder || revokedAt === null || nowMs / 1000 >= revokedAt) return holder;
  return { ...holder, key: { ...holder.key, revokedAt: null } };
}

/** Every ten minutes, as long as anything goes on. */
function startCron({ time, lives }: World, run: () => Promise<void>): void {
  for (let at = CRON_MS; at < QUIET_MS; at += CRON_MS) {
    time.after(at, () => lives.run(lives.start('cron'), () => void run()));
  }
}

/** What lives is evicted or killed, at any moment. */
function startChaos({ faults, time, random, hosts }: World, { contexts }: Client): void {
  const endMs = time.now() + FAULTS_MS;
  function strike(): void {
    if (faults.strikes('eviction')) {
      const [host] = hosts.length > 0 ? [hosts[random.int(0, hosts.length - 1)]] : [];
      host?.evict();
    }
    if (faults.strikes('caller-dies')) for (const context of contexts) context.kill();
    if (time.now() < endMs) time.after(random.int(1, CHAOS_EVERY_MS), strike);
  }
  strike();
}

async function consumeJobBatch(
  { lives }: World,
  jobs: SimulatedJobs,
  batch: readonly { readonly id: string; readonly body: JobMessage }[],
  log: Log,
) {
  const consumer = lives.start('job consumer');
  const again: { message: (typeof batch)[number]; delayMs: number }[] = [];
  const messages = batch.map((message) => ({
    ...message,
    ack: () => undefined,
    retry: ({ delaySeconds }: { delaySeconds: number }) =>
      again.push({ message, delayMs: delaySeconds * 1000 }),
  })) as unknown as Messages;
  const consumed = lives.run(consumer, () => consumeJobs({ messages }, { jobs, log }));
  await Promise.race([consumed, consumer.death]);
  return again;
}
