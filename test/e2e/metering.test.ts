import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DevStack, startDevStack } from '../fixtures/dev-stack.ts';
import { createMeteredClient, type MeteredOrder } from './metered-client.ts';
import { processesOf } from './processes.ts';

/** METERING_REQUESTS=20000 for the full measure. */
const REQUESTS = Number(process.env.METERING_REQUESTS ?? 200);
/** So many different pictures: the others are hits. */
const PICTURES = Math.ceil(REQUESTS / 4);
/** Kills and new starts take minutes on a busy machine; there, a request to be generated takes 130 ms, any other 50. */
const TIMEOUT_MS = 600_000 + REQUESTS * 100;
const PRICES = { PRICE_PICTURE: '5', PRICE_HIT: '2' };

describe('what clients were told they pay', () => {
  let stack: DevStack;
  let dataDir: string;
  const client = createMeteredClient(() => stack);

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'galip-metering-'));
    stack = await startDevStack({ dataDir, env: PRICES });
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

  it(
    'is what the ledger has, when the backend is killed in between',
    async () => {
      let killed = false;
      await client.send(orders('backend'), (answered) => {
        if (killed || answered < REQUESTS / 8) return;
        killed = true;
        stack.killBackend();
      });
      expect(killed).toBe(true);
      await expectEqualCounts();
    },
    TIMEOUT_MS,
  );

  it(
    'is what the ledger has, when the Worker is killed in between',
    async () => {
      let restarted: Promise<void> | undefined;
      await client.send(orders('worker'), (answered) => {
        if (answered >= (REQUESTS * 5) / 8) restarted ??= restart();
      });
      await restarted;
      await expectEqualCounts();
    },
    TIMEOUT_MS,
  );

  /** Kills the runtime itself, with all that it has in memory, and starts all anew on the same data. */
  async function restart(): Promise<void> {
    const workerd = (await processesOf(stack.pid)).filter((line) => line.includes('workerd'));
    expect(workerd.length).toBeGreaterThan(0);
    for (const line of workerd) process.kill(Number(line.split(' ')[0]), 'SIGKILL');
    await stack.stop();
    stack = await startDevStack({ dataDir, env: PRICES });
  }
});
