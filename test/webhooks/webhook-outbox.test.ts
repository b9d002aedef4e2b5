import { describe, expect, it } from 'vitest';
import type { Attempt, Delivery } from '../../edge/webhooks/deliver-message.ts';
import { createDeliveryStorage } from '../../edge/webhooks/delivery-storage.ts';
import { createEndpointStorage } from '../../edge/webhooks/endpoint-storage.ts';
import type { WebhookEndpoint, WebhookMessage } from '../../edge/webhooks/webhook.ts';
import {
  createWebhookEndpoints,
  type EndpointSettings,
  MAX_ENDPOINTS,
  type WebhookEndpoints,
} from '../../edge/webhooks/webhook-endpoints.ts';
import {
  createWebhookOutbox,
  KEPT_MS,
  type OutboxStep,
  type WebhookOutbox,
} from '../../edge/webhooks/webhook-outbox.ts';
import { createNodeSql } from '../fakes/node-sql.ts';

const MESSAGE: WebhookMessage = {
  id: 'msg_1',
  type: 'job.succeeded',
  body: '{"type":"job.succeeded"}',
  target: null,
};
const SETTINGS = {
  url: 'https://a.example.com',
  description: '',
  events: ['job.succeeded', 'job.failed'],
  enabled: true,
} as const;
const OK: Attempt = { delivered: true, status: 200, reason: null };
const FAILED: Attempt = { delivered: false, status: 500, reason: 'it answered with status 500' };

/** A tenant's webhooks with a clock, an alarm and a receiver by script. */
interface World {
  nowMs: number;
  alarmAt: number | undefined;
  readonly answers: Attempt[];
  readonly sent: (Delivery & { readonly at: number })[];
  /** Dies at that step, once. */
  crashAt: OutboxStep | undefined;
  readonly endpoints: WebhookEndpoints;
  /** Adds an endpoint under names of its own. */
  add(settings: EndpointSettings): WebhookEndpoint | undefined;
  outbox: WebhookOutbox;
  /** Lets the alarm ring until that time; crashes restart. */
  goOn(untilMs: number): Promise<void>;
}

function createWorld(): World {
  const sql = createNodeSql();
  let ids = 0;
  const world: World = {
    nowMs: 0,
    alarmAt: undefined,
    answers: [],
    sent: [],
    crashAt: undefined,
    endpoints: createWebhookEndpoints({
      storage: createEndpointStorage(sql),
      now: () => world.nowMs,
    }),
    add: (settings) => world.endpoints.add(settings, { secret: `whsec_${++ids}`, id: `we_${++ids}` }),
    outbox: open(),
    async goOn(untilMs: number) {
      while (world.alarmAt !== undefined && world.alarmAt <= untilMs) {
        world.nowMs = Math.max(world.nowMs, world.alarmAt);
        world.alarmAt = undefined;
        await world.outbox.advance().catch((error: Error) => {
          if (error.message !== 'crash') throw error;
          world.alarmAt ??= world.nowMs;
          world.outbox = open();
        });
      }
      world.nowMs = Math.max(world.nowMs, untilMs);
    },
  };

  function open() {
    return createWebhookOutbox({
      sql,
      endpoints: createEndpointStorage(sql),
      deliveries: createDeliveryStorage(sql),
      async deliver(delivery) {
        world.sent.push({ ...delivery, at: world.nowMs });
        return world.answers.shift() ?? OK;
      },
      now: () => world.nowMs,
      random: () => 0.5,
      newId: () => String(++ids),
      async setAlarm(timeMs) {
        world.alarmAt = timeMs;
      },
      crashPoint(step) {
        if (step !== world.crashAt) return;
        world.crashAt = undefined;
        throw new Error('crash');
      },
    });
  }
  return world;
}

const fail = (times: number): Attempt[] => Array.from({ length: times }, () => FAILED);

describe('a message', () => {
  it('goes once to every endpoint that wants it, and to its own target', async () => {
    const world = createWorld();
    world.add(SETTINGS);
    world.add({ ...SETTINGS, url: 'https://b.example.com', events: ['job.expired'] });
    world.add({ ...SETTINGS, url: 'https://c.example.com', enabled: false });
    const message = { ...MESSAGE, target: { url: 'https://d.example.com', secret: 'whsec_d' } };
    await world.outbox.publish(message);
    await world.outbox.publish(message);
    await world.goOn(10_000);
    await world.outbox.publish(message);
    await world.goOn(20_000);
    expect(world.sent.map(({ url, secrets, message }) => [url, secrets, message])).toEqual([
      ['https://a.example.com', ['whsec_1'], { id: 'msg_1', body: MESSAGE.body }],
      ['https://d.example.com', ['whsec_d'], { id: 'msg_1', body: MESSAGE.body }],
    ]);
  });

  it('is tried ten times over two hours, then failed, each try on record', async () => {
    const world = createWorld();
    const endpoint = world.add(SETTINGS);
    world.answers.push(...fail(20));
    await world.outbox.publish(MESSAGE);
    await world.goOn(24 * 3_600_000);
    expect(world.sent).toHaveLength(10);
    expect(world.sent.at(-1)?.at).toBe(2 * 3_600_000);
    const [delivery] = world.outbox.list({ endpointId: endpoint?.id, limit: 10 });
    expect(delivery).toMatchObject({ status: 'failed', tries: 10, nextTryAt: null, messageId: 'msg_1' });
    expect(delivery?.attempts).toHaveLength(10);
    expect(delivery?.attempts[1]).toEqual({ at: 5_000, status: 500, reason: FAILED.reason, durationMs: 0 });
  });

  it('is tried no more once it is delivered', async () => {
    const world = createWorld();
    world.add(SETTINGS);
    world.answers.push(...fail(3));
    await world.outbox.publish(MESSAGE);
    await world.goOn(24 * 3_600_000);
    expect(world.sent).toHaveLength(4);
    expect(world.outbox.list({ limit: 10 })[0]).toMatchObject({ status: 'delivered', tries: 4 });
  });

  it('can be replayed, delivered or failed, with ten tries anew', async () => {
    const world = createWorld();
    const { id = '' } = world.add(SETTINGS) ?? {};
    world.answers.push(...fail(10));
    await world.outbox.publish(MESSAGE);
    await world.goOn(3 * 3_600_000);
    const [delivery] = world.outbox.list({ limit: 10 });
    expect(await world.outbox.replay('we_other', delivery?.id ?? '')).toBeUndefined();
    expect(await world.outbox.replay(id, 'whd_unknown')).toBeUndefined();
    world.answers.push(...fail(9));
    expect(await world.outbox.replay(id, delivery?.id ?? '')).toMatchObject({ status: 'pending', tries: 0 });
    await world.goOn(6 * 3_600_000);
    expect(world.outbox.list({ limit: 10 })[0]).toMatchObject({ status: 'delivered', tries: 10 });
    expect(world.outbox.list({ limit: 10 })[0]?.attempts).toHaveLength(20);
    expect(new Set(world.sent.map(({ message }) => message.id))).toEqual(new Set(['msg_1']));
  });

  it('disables an endpoint that answers 410', async () => {
    const world = createWorld();
    const { id = '' } = world.add(SETTINGS) ?? {};
    world.answers.push({ delivered: false, status: 410, reason: 'it answered with status 410' });
    await world.outbox.publish(MESSAGE);
    await world.goOn(24 * 3_600_000);
    expect(world.sent).toHaveLength(1);
    expect(world.endpoints.find(id)?.enabled).toBe(false);
    expect(world.outbox.list({ limit: 10 })[0]?.status).toBe('failed');
  });

  it('goes to where the endpoint is by now, and nowhere when it is gone', async () => {
    const world = createWorld();
    const { id = '' } = world.add(SETTINGS) ?? {};
    world.answers.push(...fail(10));
    await world.outbox.publish(MESSAGE);
    await world.goOn(0);
    world.endpoints.change(id, { url: 'https://moved.example.com' });
    await world.goOn(5_000);
    expect(world.sent.map(({ url }) => url)).toEqual(['https://a.example.com', 'https://moved.example.com']);
    world.endpoints.delete(id);
    await world.goOn(24 * 3_600_000);
    expect(world.sent).toHaveLength(2);
    expect(world.outbox.list({ limit: 10 })[0]?.status).toBe('failed');
  });

  it.each<OutboxStep>([
    'webhook.publish.after-commit',
    'webhook.try.after-claim',
    'webhook.try.after-send',
    'webhook.try.after-commit',
  ])('is not lost in a crash at %s', async (step) => {
    const world = createWorld();
    world.add(SETTINGS);
    world.crashAt = step;
    // Who publishes and hears of a failure does it again.
    await world.outbox.publish(MESSAGE).catch(() => world.outbox.publish(MESSAGE));
    await world.goOn(24 * 3_600_000);
    expect(world.crashAt).toBeUndefined();
    expect(world.outbox.list({ limit: 10 })).toMatchObject([{ status: 'delivered', nextTryAt: null }]);
    expect(world.sent.length).toBeLessThanOrEqual(2);
  });

  it('does not keep others from being tried, more than go at once', async () => {
    const world = createWorld();
    world.add(SETTINGS);
    for (let number = 0; number < 20; number++) {
      await world.outbox.publish({ ...MESSAGE, id: `msg_${number}` });
    }
    await world.goOn(0);
    expect(world.sent).toHaveLength(20);
  });

  it('is forgotten after three days', async () => {
    const world = createWorld();
    world.add(SETTINGS);
    await world.outbox.publish(MESSAGE);
    await world.goOn(KEPT_MS);
    expect(world.outbox.list({ limit: 10 })).toHaveLength(1);
    await world.goOn(KEPT_MS + 1);
    expect(world.outbox.list({ limit: 10 })).toEqual([]);
    expect(world.alarmAt).toBeUndefined();
  });
});

describe('an endpoint', () => {
  it('signs with two secrets while one is exchanged, then with the new one', async () => {
    const world = createWorld();
    const { id = '' } = world.add(SETTINGS) ?? {};
    const signing = async () => {
      await world.outbox.publish({ ...MESSAGE, id: `msg_${world.sent.length}` });
      await world.goOn(world.nowMs);
      return world.sent.at(-1)?.secrets;
    };
    expect(await signing()).toEqual(['whsec_1']);
    const [fresh, old] = world.endpoints.rotate(id, 'whsec_second', 1_000)?.secrets ?? [];
    expect(old).toEqual({ secret: 'whsec_1', expiresAt: 1_000 });
    expect(await signing()).toEqual([fresh?.secret, 'whsec_1']);
    await world.goOn(1_000);
    expect(await signing()).toEqual([fresh?.secret]);
    const [newest] = world.endpoints.rotate(id, 'whsec_third', 0)?.secrets ?? [];
    expect(await signing()).toEqual([newest?.secret]);
    expect(world.endpoints.rotate('we_unknown', 'whsec_x', 0)).toBeUndefined();
  });

  it('changes only in what is said', () => {
    const world = createWorld();
    const endpoint = world.add(SETTINGS);
    const id = endpoint?.id ?? '';
    expect(world.endpoints.change(id, { description: 'mine', enabled: false })).toEqual({
      ...endpoint,
      description: 'mine',
      enabled: false,
    });
    expect(world.endpoints.change('we_unknown', {})).toBeUndefined();
    expect(world.endpoints.list()).toHaveLength(1);
    world.endpoints.delete(id);
    expect(world.endpoints.list()).toEqual([]);
  });

  it('is added and rotated once, however often the call is repeated', () => {
    const { endpoints } = createWorld();
    const names = { id: 'we_1', secret: 'whsec_1' };
    const added = endpoints.add(SETTINGS, names);
    expect(endpoints.add(SETTINGS, names)).toEqual(added);
    expect(endpoints.list()).toHaveLength(1);
    const rotated = endpoints.rotate('we_1', 'whsec_2', 1_000);
    expect(endpoints.rotate('we_1', 'whsec_2', 1_000)).toEqual(rotated);
    expect(rotated?.secrets.map(({ secret }) => secret)).toEqual(['whsec_2', 'whsec_1']);
  });

  it('is one of few', () => {
    const world = createWorld();
    for (let number = 0; number < MAX_ENDPOINTS; number++) expect(world.add(SETTINGS)).toBeDefined();
    expect(world.add(SETTINGS)).toBeUndefined();
  });
});
