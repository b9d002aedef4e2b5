import { createApiKey, hashApiKey } from '../../gpu-backend/contract/api-key.ts';
import { startWorkerHarness, type WorkerHarness } from '../fixtures/worker-harness.ts';
import type { Verdict } from './verdict.ts';

/** Of each kind. 10,000 bring the noise of the median of a quiet machine below 1 %. */
const SAMPLES = Number(process.env.SAMPLES ?? 10_000);
const WARM_UP = 500;
const KEYS_OF_A_KIND = 50;
/** Kinds whose times may not differ: a difference would tell a guesser which ids are known. */
const ALIKE = ['unknown', 'wrong secret', 'wrong secret, kept', 'expired', 'revoked'] as const;
const OTHERS = ['malformed', 'valid'] as const;
const MAX_DIFFERENCE = 0.05;

type Kind = (typeof ALIKE)[number] | (typeof OTHERS)[number];

/** Time until the answer by what is wrong with a key, in random order, one request at a time. */
export async function* benchAuth(): AsyncGenerator<Verdict> {
  await using edge = await startWorkerHarness();
  await edge.execute(
    "INSERT INTO tenants (id, name, plan, status, operator, created_at) VALUES ('t', 't', 'postpaid', 'active', 0, 0)",
  );
  const kinds: readonly Kind[] = [...ALIKE, ...OTHERS];
  const keys = new Map<Kind, readonly string[]>();
  for (const kind of kinds) {
    // One by one: a busy machine drops some of fifty connections.
    const ofKind: string[] = [];
    while (ofKind.length < KEYS_OF_A_KIND) ofKind.push(await prepareKey(edge, kind));
    keys.set(kind, ofKind);
  }
  const times = new Map<Kind, number[]>(kinds.map((kind) => [kind, []]));
  for (let sample = -WARM_UP; sample < SAMPLES; sample++) {
    for (const kind of kinds.toSorted(() => Math.random() - 0.5)) {
      const key = keys.get(kind)?.[(sample + WARM_UP) % KEYS_OF_A_KIND] ?? '';
      const ms = await timeOf(edge.url, key, kind === 'valid' ? 200 : 401);
      if (sample >= 0) times.get(kind)?.push(ms);
    }
  }
  yield* report(times);
}

/** A key of the kind: what a client would send. */
async function prepareKey(edge: WorkerHarness, kind: Kind): Promise<string> {
  const key = createApiKey('live');
  const values = [kind === 'expired' ? 1 : null, kind === 'revoked' ? 1 : null];
  if (kind === 'malformed') return key.text.slice(0, -1);
  if (kind === 'unknown') return key.text;
  await edge.execute(
    `INSERT INTO api_keys (id, hash, tenant, name, kind, scopes, created_at, expires_at, revoked_at, last_used_at)
     VALUES (?, ?, 't', 'bench', 'live', 'read', 0, ?, ?, 4000000000)`,
    ...[key.id, await hashApiKey(key), ...values],
  );
  if (kind === 'wrong secret, kept') await timeOf(edge.url, key.text, 200);
  return kind.startsWith('wrong') ? createApiKey('live', key.id).text : key.text;
}

async function timeOf(url: string, key: string, status: number): Promise<number> {
  const startedAt = performance.now();
  const response = await fetch(`${url}/v1/models`, { headers: { authorization: `Bearer ${key}` } });
  await response.arrayBuffer();
  const ms = performance.now() - startedAt;
  if (response.status !== status)
    throw new Error(`status ${response.status} for a key that should give ${status}`);
  return ms;
}

/**
 * Each request is set against the mean of the refusals of its own round, so that what else the machine does falls out;
 * ± is the 95 % interval of the median (order statistics).
 */
function* report(times: ReadonlyMap<Kind, readonly number[]>): Generator<Verdict> {
  const refusals = ALIKE.map((kind) => times.get(kind) ?? []);
  const rounds = Array.from(refusals[0] ?? [], (_, round) => {
    return refusals.reduce((sum, ofKind) => sum + (ofKind[round] ?? 0), 0) / refusals.length;
  });
  const usual = median(rounds);
  const differences = new Map<Kind, number>();
  for (const [kind, ofKind] of times) {
    const sorted = ofKind.map((ms, round) => (ms - (rounds[round] ?? 0)) / usual).toSorted((a, b) => a - b);
    const reach = 0.98 * Math.sqrt(sorted.length);
    const at = (place: number) => sorted[Math.round(Math.min(Math.max(place, 0), sorted.length - 1))] ?? 0;
    const middle = sorted.length / 2;
    differences.set(kind, at(middle));
    const interval = (at(middle + reach) - at(middle - reach)) / 2;
    yield {
      text: `auth ${kind.padEnd(18)} median ${median(ofKind).toFixed(3)} ms, ${percent(at(middle))} ± ${percent(interval)}`,
      isWithin: true,
    };
  }
  const alike = ALIKE.map((kind) => differences.get(kind) ?? Number.NaN);
  const spread = Math.max(...alike) - Math.min(...alike);
  yield {
    text: `auth: well-formed keys differ by ${percent(spread)}; less than ${percent(MAX_DIFFERENCE)} is allowed`,
    isWithin: spread < MAX_DIFFERENCE,
  };
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
