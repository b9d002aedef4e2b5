import type { ImageRequest } from '../../edge/generation/image-request.ts';
import type { Budgets, KeyLimits } from '../../edge/keys/key-record.ts';
import type { KeyHolder } from '../../edge/keys/key-store.ts';
import type { Tenant } from '../../edge/keys/tenant.ts';
import type { AccountOf } from '../../edge/ledger/ledger.ts';
import type { Client } from './client.ts';
import type { World } from './engine/world.ts';
import type { LiveSockets } from './live-sockets.ts';
import { NATIVE } from './model.ts';
import type { Intent, RunRecord } from './record.ts';
import { NASTY } from './services/simulated-backend.ts';
import { beTypist, drawScript } from './typist.ts';

/** Prompts that the policy refuses. */
export const FORBIDDEN = 'forbidden';

const PROMPTS = ['cat', 'dog', 'a red apple'] as const;
const MAX_TRIES = 5;
/** All clients have begun by then. */
const BEGIN_MS = 120_000;

/** Tenants and keys of a run, most of them short of money. */
export function drawHolders({ random, time }: World): readonly [KeyHolder, ...KeyHolder[]] {
  const holders: KeyHolder[] = [];
  const tenants = random.int(1, 3);
  for (let number = 0; number < tenants; number++) {
    const tenant = {
      id: `tenant-${number}`,
      name: 'a tenant',
      plan: random.chance(0.7) ? ('prepaid' as const) : ('postpaid' as const),
      status: 'active' as const,
      limits: { ...drawBudgets(), version: 0 },
      shards: random.chance(0.5) ? random.int(1, 3) : 0,
      operator: false,
      createdAt: 0,
    };
    const keys = random.int(1, 2 + Math.sign(tenant.shards));
    for (let place = 0; place < keys; place++) {
      const key = {
        id: `key-${number}-${place}`,
        hash: '',
        previous: null,
        tenant: tenant.id,
        name: 'a key',
        kind: 'test' as const,
        scopes: ['generate' as const],
        limits: drawLimits(),
        // Some keys are from before there were shards.
        shard: random.int(0, tenant.shards),
        createdAt: 0,
        expiresAt: null,
        // Seen by jobs alone: requests are let in by what an isolate has kept.
        revokedAt: random.chance(0.15) ? Math.floor(time.now() / 1000) + random.int(1, 180) : null,
        lastUsedAt: null,
      };
      holders.push({ key, tenant });
    }
  }
  return holders as [KeyHolder, ...KeyHolder[]];

  function drawLimits(): KeyLimits {
    return { ratePerMinute: some(random.int(3, 20)), ...drawBudgets() };
  }

  function drawBudgets(): Budgets {
    return {
      dayUnits: some(random.int(1, 10)),
      monthUnits: some(random.int(1, 12)),
      totalUnits: some(random.int(1, 15)),
    };
  }

  function some(limit: number): number | null {
    return random.chance(0.15) ? limit : null;
  }
}

export interface WorkloadOptions {
  readonly world: World;
  readonly client: Client;
  readonly sockets: LiveSockets;
  readonly accountOf: AccountOf;
  readonly holders: readonly [KeyHolder, ...KeyHolder[]];
  readonly record: RunRecord;
}

/** Has clients come, in the next two minutes. */
export function startWorkload(options: WorkloadOptions): void {
  const { world, holders, record, sockets } = options;
  const { random, time, lives } = world;
  for (const tenant of new Set(holders.map((holder) => holder.tenant))) {
    if (tenant.plan !== 'prepaid') continue;
    const grants = random.int(0, 4);
    for (let grant = 0; grant < grants; grant++) {
      begin(`bank ${tenant.id}`, random.chance(0.7) ? 0 : random.int(0, BEGIN_MS), () =>
        giveCredit(tenant, `grant-${grant}`, options),
      );
    }
  }
  const clients = random.int(3, 10);
  // In bursts: what comes together meets in flight.
  const burstMs = random.pick([50, 5_000, BEGIN_MS]);
  const prompts = random.int(0, PROMPTS.length - 1);
  for (let id = 0; id < clients; id++) {
    const holder = random.pick(holders);
    const intent: Intent = {
      id,
      holder,
      request: drawRequest(world, prompts),
      idempotencyKey: random.chance(0.6) ? `key-${id}` : null,
    };
    record.intents.push(intent);
    begin(`client ${id}`, random.int(0, burstMs), () => beClient(intent, options));
  }
  startTypists(prompts, burstMs);

  /** Most have the money for it, and type the same at the same time. */
  function startTypists(last: number, withinMs: number): void {
    if (random.chance(0.4)) return;
    const typed = [PROMPTS[0], ...PROMPTS.slice(1, last + 1)] as const;
    const script = drawScript(world, random.chance(0.2) ? [...typed, FORBIDDEN, NASTY] : typed);
    const [pauseMs, beginMs] = [random.pick([5, 200, 1_000]), random.int(0, withinMs)];
    const [first, ...others] = holders.filter(({ tenant }) => tenant.plan === 'postpaid');
    const typists = random.int(1, 5);
    for (let id = 0; id < typists; id++) {
      const holder = first && random.chance(0.7) ? random.pick([first, ...others]) : random.pick(holders);
      begin(`typist ${id}`, beginMs + random.int(0, pauseMs), () =>
        beTypist(holder, { world, sockets, script, pauseMs }),
      );
    }
  }

  function begin(name: string, delayMs: number, work: () => Promise<void>): void {
    const life = lives.start(name, false);
    time.after(delayMs, () => {
      lives.run(life, () =>
        work().catch((error: Error) =>
          record.problems.add(`${name} failed: ${error.stack ?? error.message}`),
        ),
      );
    });
  }
}

function drawRequest({ random }: World, prompts: number): ImageRequest {
  const n = random.chance(0.25) ? random.int(2, 3) : 1;
  const isJob = random.chance(0.25);
  return {
    prompt: random.chance(0.1) ? random.pick([FORBIDDEN, NASTY]) : (PROMPTS[random.int(0, prompts)] ?? 'cat'),
    n,
    ...(random.chance(0.15) ? { seed: 'random' as const } : { seed: random.int(0, 1) }),
    response_format: random.chance(0.5) ? 'b64_json' : 'url',
    ...(random.chance(0.2) && { size: `${NATIVE * 2}x${NATIVE * 2}` }),
    ...(random.chance(0.15) && { visibility: 'private' as const }),
    ...(isJob && { async: true, deadline: random.pick([5, 60, 600, 3_600]) }),
  };
}

async function giveCredit(
  { id: tenant, shards }: Tenant,
  id: string,
  { world, accountOf, record }: WorkloadOptions,
): Promise<void> {
  const { random, lives } = world;
  const units = random.int(1, 10);
  // Sent again whether it was heard of or not.
  for (let tries = random.int(1, 2); ; tries--) {
    try {
      await accountOf(tenant, shards).credit({ id, units, note: 'bought' });
      if (tries <= 1) break;
    } catch {
      await lives.sleep(random.int(1_000, 10_000));
    }
  }
  record.granted.set(tenant, (record.granted.get(tenant) ?? 0) + units);
}

async function beClient(intent: Intent, options: WorkloadOptions): Promise<void> {
  const { world, client } = options;
  const { random, lives } = world;
  for (let tries = 1; tries <= MAX_TRIES; tries++) {
    const hangUpAfterMs = random.chance(0.15) ? random.int(1, 3_000) : undefined;
    const answer = await client.post(intent, hangUpAfterMs);
    if (answer?.jobId !== undefined) return followJob(intent, answer.jobId, options);
    const isFinal = answer && (answer.status < 400 || answer.status === 400 || answer.status === 422);
    // Some ask once more for what they have: they must get the same, for nothing.
    if (isFinal && !random.chance(0.15)) return;
    await lives.sleep(
      answer?.code === 'request_in_progress' ? random.int(1_000, 60_000) : random.int(1, 5_000),
    );
  }
}

async function followJob(intent: Intent, jobId: string, { world, client }: WorkloadOptions): Promise<void> {
  const { random, lives } = world;
  const polls = random.int(0, 4);
  for (let poll = 0; poll < polls; poll++) {
    await lives.sleep(random.int(1, 20_000));
    await client.askJob(intent, jobId, random.chance(0.15) ? 'DELETE' : 'GET');
  }
}
