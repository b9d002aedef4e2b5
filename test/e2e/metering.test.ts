import { execFile } from 'node:child_process';
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type DevStack, startDevStack } from '../fixtures/dev-stack.ts';
import { readLocalUsage } from './local-usage.ts';
import { createMeteredClient, type MeteredOrder } from './metered-client.ts';
import { processesOf } from './processes.ts';

/** METERING_REQUESTS=20000 for the full measure. */
const REQUESTS = Number(process.env.METERING_REQUESTS ?? 200);
/** Of backend and Worker each. */
const KILLS = Math.ceil(REQUESTS / 4_000);
/** So long a local queue may gather messages, or wait to try a batch again. */
const QUEUE_MS = 35_000;
/** For messages that are under way, and for the outbox's pauses after failures. */
const WAIT = { timeout: 330_000, interval: 1_000 };
/** So many different pictures: the others are hits. */
const PICTURES = Math.ceil(REQUESTS / 4);
/** Kills and new starts take minutes on a busy machine. */
const TIMEOUT_MS = 600_000 + REQUESTS * 250;
const PRICES = { PRICE_PICTURE: '5', PRICE_HIT: '2' };

const AUDIT = fileURLToPath(new URL('../../infra/audit/main.ts', import.meta.url));
const run = promisify(execFile);

describe('what clients were told they pay', () => {
  /** That charges may be of. */
  const days = new Set<string>();
  const noteDay = (): void => void days.add(new Date().toISOString().slice(0, 10));
  let stack: DevStack;
  let dataDir: string;
  const client = createMeteredClient(() => stack);

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'galip-metering-'));
    stack = await startDevStack({ dataDir, env: PRICES });
    noteDay();
  });
  afterAll(async () => {
    await stack.stop();
    await rm(dataDir, { recursive: true });
  });

  function orders(name: string): MeteredOrder[] {
    return Array.from({ length: REQUESTS / 2 }, (_, index) => ({
      key: `${name}-${index}`,
      prompt: `picture ${index % PICTURES}`,
    }));
  }

  async function expectEqualCounts(): Promise<void> {
    noteDay();
    const response = await fetch(`${stack.url}/v1/usage?group_by=outcome`, {
      headers: { authorization: `Bearer ${stack.apiKey}` },
    });
    const { data } = (await response.json()) as {
      data: { group: string; pictures: number; units: number }[];
    };
    const charged = data.filter(({ group }) => ['generated', 'cache_hit', 'follower'].includes(group));
    expect(charged.reduce((sum, { pictures }) => sum + pictures, 0)).toBe(client.units.size);
    expect(charged.reduce((sum, { units }) => sum + units, 0)).toBe(
      [...client.units.values()].reduce((sum, units) => sum + units, 0),
    );
  }

  /** Charges that a table has not as the ledger has them, and those that it has beyond. */
  async function differences(table: 'stored' | 'answered'): Promise<string[]> {
    const usage = await readLocalUsage(dataDir);
    const ids = [...new Set([...usage.charged.keys(), ...usage[table].keys()])];
    return ids.filter((id) => usage.charged.get(id) !== usage[table].get(id));
  }

  async function outboxesAreEmpty(): Promise<void> {
    await vi.waitFor(async () => expect((await readLocalUsage(dataDir)).waiting).toBe(0), WAIT);
  }

  it(
    `is what ledger, usage table and access log have, when the backend is killed ${KILLS} times in between`,
    async () => {
      let kills = 0;
      const restarts: Promise<unknown>[] = [];
      await client.send(orders('backend'), (answered) => {
        if (kills >= KILLS || answered < (REQUESTS / 2) * ((kills + 0.5) / KILLS)) return;
        kills++;
        const since = stack.logs().length;
        stack.killBackend();
        restarts.push(stack.waitForLog(/The backend is back/u, since));
      });
      await Promise.all(restarts);
      expect(kills).toBe(KILLS);
      await expectEqualCounts();
      await vi.waitFor(async () => {
        expect(await differences('stored')).toEqual([]);
        expect(await differences('answered')).toEqual([]);
      }, WAIT);
    },
    TIMEOUT_MS,
  );

  it(
    `is what the ledger has, when the Worker is killed ${KILLS} times in between`,
    async () => {
      const killedAt: number[] = [];
      let restarted = Promise.resolve();
      await client.send(orders('worker'), (answered) => {
        const share = (killedAt.length + 0.5) / KILLS;
        if (killedAt.length >= KILLS || answered < (REQUESTS / 2) * (1 + share)) return;
        killedAt.push(Number.POSITIVE_INFINITY);
        restarted = restarted.then(async () => {
          killedAt[killedAt.indexOf(Number.POSITIVE_INFINITY)] = Date.now();
          await restart();
        });
      });
      await restarted;
      expect(killedAt).toHaveLength(KILLS);
      await expectEqualCounts();
      await outboxesAreEmpty();
      // The local queues live in the runtime's memory, Cloudflare's do not: what a killed one held is lost to both tables.
      const mayBeLost = (at: number) =>
        killedAt.some((killed) => at > killed - QUEUE_MS && at < killed + 1_000);
      await vi.waitFor(async () => {
        const { settledAt } = await readLocalUsage(dataDir);
        for (const table of ['stored', 'answered'] as const) {
          const missing = await differences(table);
          expect(missing.filter((id) => !mayBeLost(settledAt.get(id) ?? 0))).toEqual([]);
        }
      }, WAIT);
      const { charged } = await readLocalUsage(dataDir);
      const lost = { stored: await differences('stored'), answered: await differences('answered') };
      console.log(
        `${charged.size} charges; the killed local queues took ${lost.stored.length} of the usage table's ` +
          `and ${lost.answered.length} of the access log's messages along`,
      );
    },
    TIMEOUT_MS,
  );

  it('is what npm run audit adds up from the receipts alone', async () => {
    const receipts = join(dataDir, 'receipts.jsonl');
    const headers = { authorization: `Bearer ${stack.apiKey}` };
    for (const day of days) {
      let next: string | undefined = `${stack.url}/v1/receipts?day=${day}`;
      while (next !== undefined) {
        const page: Response = await fetch(next, { headers });
        expect(page.status).toBe(200);
        await appendFile(receipts, await page.text());
        [, next] = /<([^>]+)>; rel="next"/u.exec(page.headers.get('link') ?? '') ?? [];
      }
    }
    const keys = `${stack.url}/.well-known/galip-receipts.json`;
    const { stdout } = await run(process.execPath, [AUDIT, receipts, '--keys', keys]);
    const units = [...client.units.values()].reduce((sum, each) => sum + each, 0);
    expect(stdout.trimEnd().split('\n').at(-1)).toBe(`${units} units for ${client.units.size} pictures`);
  });

  /** Kills the runtime itself, with all that it has in memory, and starts all anew on the same data. */
  async function restart(): Promise<void> {
    const workerd = (await processesOf(stack.pid)).filter((line) => line.includes('workerd'));
    expect(workerd.length).toBeGreaterThan(0);
    for (const line of workerd) process.kill(Number(line.split(' ')[0]), 'SIGKILL');
    await stack.stop();
    stack = await startDevStack({ dataDir, env: PRICES });
  }
});
