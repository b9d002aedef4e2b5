import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, it } from 'vitest';
import { consumeUsage, DEAD_USAGE_QUEUE, USAGE_QUEUE } from '../../../edge/usage/consume-usage.ts';
import type { UsageEvent } from '../../../edge/usage/usage-event.ts';

const DAY = '2026-11-23';

function chargeEvent(chargeId: string, outcome: 'failed' | 'generated', version: number): UsageEvent {
  const units = outcome === 'generated' ? 1 : 0;
  const charge = {
    chargeId,
    tenant: 'acme',
    keyId: 'key',
    model: 'emoji-v0',
    fingerprint: 'f',
    outcome,
    units,
    day: DAY,
    settledAt: version,
  };
  return { kind: 'charge', charge, version };
}

function answerEvent(chargeId: string, units: number): UsageEvent {
  return { kind: 'answer', chargeId, tenant: 'acme', units, day: DAY, answeredAt: 1 };
}

async function consume(bodies: readonly unknown[], queue = USAGE_QUEUE) {
  const log: unknown[] = [];
  const messages = bodies.map((body, index) => ({ id: `message-${index}`, body })) as unknown as Message[];
  await consumeUsage({ queue, messages }, { db: env.DB, log: (entry) => log.push(entry), now: () => 7 });
  return log;
}

async function rows(table: string) {
  return (await env.DB.prepare(`SELECT * FROM ${table}`).all()).results;
}

beforeEach(async () => {
  const tables = ['usage_charges', 'usage_answers', 'usage_dead'];
  await env.DB.batch(tables.map((table) => env.DB.prepare(`DELETE FROM ${table}`)));
});

describe('the consumer of usage', () => {
  it('stores each charge and answer once, however often they come', async () => {
    const events = [chargeEvent('a', 'generated', 1), answerEvent('a', 1), chargeEvent('b', 'failed', 1)];
    await consume(events);
    await consume([...events, ...events]);
    expect(await rows('usage_charges')).toMatchObject([
      { charge_id: 'a', tenant: 'acme', outcome: 'generated', units: 1, day: DAY, exported_at: null },
      { charge_id: 'b', outcome: 'failed', units: 0 },
    ]);
    expect(await rows('usage_answers')).toMatchObject([{ charge_id: 'a', units: 1 }]);
  });

  it('keeps the newest version of a charge, in whatever order they come', async () => {
    await consume([chargeEvent('a', 'generated', 2), chargeEvent('a', 'failed', 1)]);
    expect(await rows('usage_charges')).toMatchObject([{ charge_id: 'a', outcome: 'generated', units: 1 }]);
  });

  it.each([[undefined], ['text'], [{ kind: 'charge' }], [{ ...answerEvent('x', 1), units: -1 }]])(
    'puts %j aside, and the others through',
    async (body) => {
      expect(await consume([body, answerEvent('a', 1)])).toMatchObject([{ event: 'usage_unreadable' }]);
      expect(await rows('usage_answers')).toHaveLength(1);
      expect(await rows('usage_dead')).toMatchObject([{ message_id: 'message-0', failed_at: 7 }]);
    },
  );

  it('stores dead letters too, and says so', async () => {
    expect(await consume([answerEvent('a', 1)], DEAD_USAGE_QUEUE)).toMatchObject([
      { event: 'usage_dead_letters', messages: 1 },
    ]);
    expect(await rows('usage_answers')).toHaveLength(1);
  });
});
