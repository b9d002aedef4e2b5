import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, it } from 'vitest';
import { exportUsage } from '../../../edge/usage/export/export-usage.ts';
import { createMeterExporter } from '../../../edge/usage/export/meter-exporter.ts';
import type { UsageExporter } from '../../../edge/usage/export/usage-exporter.ts';
import { createWebhookExporter } from '../../../edge/usage/export/webhook-exporter.ts';

const NOW_MS = 1_795_392_000_000;
const URL_ = new URL('https://billing.example/events');
const SECRET = `whsec_${btoa('s'.repeat(32))}`;

type Receive = (request: Request) => Response | Promise<Response>;

function fetcherOf(receive: Receive): typeof fetch {
  return async (input, init) => receive(new Request(input as RequestInfo, init));
}

/** As Stripe's: takes an identifier once, then says 400. */
function createMeter() {
  const events = new Map<string, FormData>();
  const receive: Receive = async (request) => {
    const form = await request.formData();
    const identifier = String(form.get('identifier'));
    if (events.has(identifier)) {
      const message = `An event already exists with identifier ${identifier}.`;
      return Response.json({ error: { message } }, { status: 400 });
    }
    events.set(identifier, form);
    return Response.json({});
  };
  return { events, receive };
}

function meterExporter(receive: Receive): UsageExporter {
  const common = { url: URL_, secret: 'sk_test', fetcher: fetcherOf(receive), now: () => NOW_MS };
  return createMeterExporter({ ...common, eventName: 'galip_units', customers: { acme: 'cus_Acme' } });
}

async function run(exporter: UsageExporter): Promise<Readonly<Record<string, unknown>>[]> {
  const log: Readonly<Record<string, unknown>>[] = [];
  await exportUsage({ db: env.DB, exporter, log: (entry) => log.push(entry), now: () => NOW_MS });
  return log;
}

async function exported(): Promise<unknown[]> {
  const sql = 'SELECT charge_id FROM usage_charges WHERE exported_at IS NOT NULL ORDER BY charge_id';
  return (await env.DB.prepare(sql).all<{ charge_id: string }>()).results.map(({ charge_id: id }) => id);
}

beforeEach(async () => {
  const insert = env.DB.prepare(
    `INSERT INTO usage_charges (charge_id, tenant, key_id, model, fingerprint, outcome, units, day, settled_at, version)
     VALUES (?, ?, 'key', 'emoji-v0', 'f', ?, ?, '2026-11-23', ?, 1)`,
  );
  await env.DB.batch([
    env.DB.prepare('DELETE FROM usage_charges'),
    insert.bind('a', 'acme', 'generated', 3, NOW_MS - 2000),
    insert.bind('b', 'beta', 'generated', 1, NOW_MS - 1000),
    insert.bind('free', 'acme', 'cache_hit', 0, NOW_MS),
  ]);
});

describe('the export to a meter', () => {
  it('sends each charge with units once, under its own id', async () => {
    const { events, receive } = createMeter();
    await run(meterExporter(receive));
    await run(meterExporter(() => expect.unreachable('nothing is left to send')));
    expect(await exported()).toEqual(['a', 'b']);
    expect(Object.fromEntries(events.get('a') ?? [])).toEqual({
      event_name: 'galip_units',
      identifier: 'a',
      timestamp: String((NOW_MS - 2000) / 1000),
      'payload[stripe_customer_id]': 'cus_Acme',
      'payload[value]': '3',
    });
    expect(events.get('b')?.get('payload[stripe_customer_id]')).toBe('beta');
    expect(events.has('free')).toBe(false);
  });

  it('takes "already exists" as a success: what was sent but not marked is not billed twice', async () => {
    const { events, receive } = createMeter();
    await run(meterExporter(receive));
    await env.DB.prepare('UPDATE usage_charges SET exported_at = NULL').run();
    expect(await run(meterExporter(receive))).toEqual([]);
    expect(events.size).toBe(2);
    expect(await exported()).toEqual(['a', 'b']);
  });

  it('keeps what was not taken for the next run', async () => {
    const { events, receive } = createMeter();
    const flaky: Receive = async (request) =>
      (await request.clone().formData()).get('identifier') === 'b'
        ? new Response('', { status: 503 })
        : receive(request);
    expect(await run(meterExporter(flaky))).toMatchObject([{ event: 'usage_export', level: 'error' }]);
    expect(await exported()).toEqual(['a']);
    await run(meterExporter(receive));
    expect(events.size).toBe(2);
    expect(await exported()).toEqual(['a', 'b']);
  });
});

describe('the export to a webhook', () => {
  const webhook = (receive: Receive): UsageExporter =>
    createWebhookExporter({ url: URL_, secret: SECRET, fetcher: fetcherOf(receive), now: () => NOW_MS });

  it('sends signed batches', async () => {
    const bodies: string[] = [];
    await run(
      webhook(async (request) => {
        const body = await request.text();
        const { headers } = request;
        const content = `${headers.get('webhook-id')}.${NOW_MS / 1000}.${body}`;
        const bytes = new TextEncoder().encode('s'.repeat(32));
        const hmac = { name: 'HMAC', hash: 'SHA-256' };
        const key = await crypto.subtle.importKey('raw', bytes, hmac, false, ['sign']);
        const signature = await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(content));
        expect(headers.get('webhook-signature')).toBe(
          `v1,${btoa(String.fromCharCode(...new Uint8Array(signature)))}`,
        );
        bodies.push(body);
        return new Response(null, { status: 204 });
      }),
    );
    expect(bodies).toHaveLength(1);
    expect(JSON.parse(bodies[0] ?? '')).toMatchObject({
      type: 'usage.charged',
      data: { charges: [{ chargeId: 'a', tenant: 'acme', units: 3 }, { chargeId: 'b' }] },
    });
    expect(await exported()).toEqual(['a', 'b']);
  });

  it.each([301, 400, 500])('sends a batch again that was answered %i', async (status) => {
    const log = await run(webhook(() => new Response('', { status })));
    expect(log).toMatchObject([{ event: 'usage_export', cause: expect.stringContaining(String(status)) }]);
    expect(await exported()).toEqual([]);
  });
});
