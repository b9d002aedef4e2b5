import { abortAllDurableObjects, runDurableObjectAlarm } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { signMessage } from '../../../edge/webhooks/webhook-signature.ts';
import { installFakeNetwork } from '../fakes/fake-network.ts';
import { createJobClient } from '../fakes/job-client.ts';

const network = installFakeNetwork();
const prompt = (): string => `a bird ${crypto.randomUUID()}`;

interface Endpoint {
  readonly id: string;
  readonly secret: string;
}

/** A tenant with an endpoint that nobody else has. */
async function createReceiver(fields: Record<string, unknown> = {}) {
  const client = await createJobClient();
  const url = `https://${crypto.randomUUID()}.hooks.example/hook`;
  const response = await client.send('POST', '/v1/webhooks', { url, ...fields });
  expect(response.status).toBe(201);
  const endpoint = await response.json<Endpoint>();
  const heard = () => network.hooks.filter((hook) => hook.url === url);
  return { client, url, endpoint, heard, path: `/v1/webhooks/${endpoint.id}` };
}

/** Whether a message carries a valid signature of each secret, in their order. */
async function isSigned(hook: (typeof network.hooks)[number] | undefined, secrets: readonly string[]) {
  const id = hook?.headers.get('webhook-id') ?? '';
  const timestamp = Number(hook?.headers.get('webhook-timestamp'));
  expect(Math.abs(Date.now() / 1000 - timestamp)).toBeLessThan(60);
  const expected = await signMessage({ id, timestamp, body: hook?.body ?? '' }, secrets);
  return hook?.headers.get('webhook-signature') === expected['webhook-signature'];
}

describe('the end of a job', () => {
  it('is told to the endpoints of its tenant and to its own webhook, signed, without pictures', async () => {
    const { client, endpoint, heard } = await createReceiver();
    const own = `https://${crypto.randomUUID()}.hooks.example/`;
    const order = { prompt: prompt(), response_format: 'b64_json', webhook: own };
    const { id, webhook } = await client.order(order);
    expect(webhook).toEqual({ url: own, secret: expect.stringMatching(/^whsec_/u) });
    const job = await client.ended(id);
    expect(job.webhook).toEqual({ url: own });
    await vi.waitFor(() => expect(network.hooks.some(({ url }) => url === own)).toBe(true));
    await vi.waitFor(() => expect(heard()).toHaveLength(1));
    const [toEndpoint] = heard();
    const toOwn = network.hooks.find(({ url }) => url === own);
    expect(await isSigned(toEndpoint, [endpoint.secret])).toBe(true);
    expect(await isSigned(toOwn, [webhook?.secret ?? ''])).toBe(true);
    expect(toOwn?.body).toBe(toEndpoint?.body);
    const message = JSON.parse(toOwn?.body ?? '');
    expect(message).toMatchObject({
      type: 'job.succeeded',
      timestamp: new Date(message.timestamp).toISOString(),
      data: { id, status: 'succeeded', result: { data: [{ seed: 0 }] } },
    });
    expect(toOwn?.body).not.toContain('b64_json');
    expect(toOwn?.body).not.toContain('whsec_');
  });

  it('is told where its event is wanted, and not by who is disabled', async () => {
    const { client, heard, path } = await createReceiver({ events: ['job.failed'] });
    const enabled = await client.send('POST', '/v1/webhooks', { url: 'https://b.hooks.example' });
    await client.ended((await client.order({ prompt: prompt() })).id);
    const { id } = await enabled.json<Endpoint>();
    await vi.waitFor(async () => {
      const log = await (await client.fetch(`/v1/webhooks/${id}/deliveries`)).json();
      expect(log).toMatchObject({ data: [{ status: 'delivered' }] });
    });
    expect(heard()).toHaveLength(0);
    await client.send('PATCH', path, { events: ['job.succeeded'], enabled: false });
    await client.ended((await client.order({ prompt: prompt() })).id);
    await vi.waitFor(async () => {
      const log = await (await client.fetch(`/v1/webhooks/${id}/deliveries`)).json();
      expect(log).toMatchObject({ data: [{ status: 'delivered' }, { status: 'delivered' }] });
    });
    expect(heard()).toHaveLength(0);
  });
});

describe('a delivery', () => {
  it('that fails is logged, tried again over a restart, and can be replayed', async () => {
    const { client, heard, path, endpoint } = await createReceiver();
    network.hookStatuses.push(500);
    await client.ended((await client.order({ prompt: prompt() })).id);
    const deliveries = async () =>
      (await (await client.fetch(`${path}/deliveries`)).json<{ data: { id: string; status: string }[] }>())
        .data;
    await vi.waitFor(async () => {
      expect(await deliveries()).toMatchObject([
        { status: 'pending', tries: 1, attempts: [{ status: 500 }] },
      ]);
    });
    await abortAllDurableObjects();
    await vi.waitFor(
      async () => {
        expect(await deliveries()).toMatchObject([{ status: 'delivered', tries: 2 }]);
      },
      { timeout: 15_000, interval: 250 },
    );
    const [delivery] = await deliveries();
    expect(delivery).toMatchObject({
      attempts: [
        { status: 500, reason: 'it answered with status 500' },
        { status: 204, reason: null },
      ],
    });
    const replay = await client.fetch(`${path}/deliveries/${delivery?.id}/replay`, { method: 'POST' });
    expect(replay.status).toBe(202);
    await vi.waitFor(() => expect(heard()).toHaveLength(3));
    expect(new Set(heard().map(({ headers }) => headers.get('webhook-id'))).size).toBe(1);
    expect(await isSigned(heard()[2], [endpoint.secret])).toBe(true);
  });

  it('is not made to an address that is not public by then', async () => {
    const { client, heard, path } = await createReceiver();
    network.addresses = ['93.184.215.14', '::ffff:169.254.169.254'];
    await client.ended((await client.order({ prompt: prompt() })).id);
    await vi.waitFor(async () => {
      const log = await (await client.fetch(`${path}/deliveries?limit=1`)).json();
      expect(log).toMatchObject({
        data: [{ attempts: [{ status: null, reason: expect.stringContaining('not on the public') }] }],
      });
    });
    network.addresses = ['93.184.215.14'];
    expect(heard()).toHaveLength(0);
  });
});

describe('/v1/webhooks', () => {
  it('shows a secret once, and rotates it with an overlap', async () => {
    const { client, endpoint, heard, path } = await createReceiver({ description: 'mine' });
    const shown = await (await client.fetch(path)).text();
    const listed = await (await client.fetch('/v1/webhooks')).text();
    expect(shown + listed).not.toContain('whsec_');
    expect(JSON.parse(listed)).toEqual({ object: 'list', data: [JSON.parse(shown)] });
    const rotated = await client.send('POST', `${path}/secret`, { overlap_s: 60 });
    const { secret } = await rotated.json<Endpoint>();
    expect(secret).not.toBe(endpoint.secret);
    await client.ended((await client.order({ prompt: prompt() })).id);
    await vi.waitFor(() => expect(heard()).toHaveLength(1));
    expect(await isSigned(heard()[0], [secret, endpoint.secret])).toBe(true);
  });

  it('creates one endpoint under one Idempotency-Key', async () => {
    const client = await createJobClient();
    const send = () =>
      client.send('POST', '/v1/webhooks', { url: 'https://a.hooks.example' }, { 'idempotency-key': 'k' });
    const [first, second] = [await (await send()).text(), await (await send()).text()];
    expect(second).toBe(first);
    const list = await (await client.fetch('/v1/webhooks')).json<{ data: unknown[] }>();
    expect(list.data).toHaveLength(1);
  });

  it.each([
    [{}, 'url'],
    [{ url: 'http://a.hooks.example' }, 'url'],
    [{ url: 'https://localhost' }, 'url'],
    [{ url: 'https://[::ffff:7f00:1]/' }, 'url'],
    [{ url: 'https://a.hooks.example', events: [] }, 'events'],
    [{ url: 'https://a.hooks.example', events: ['job.queued'] }, 'events[0]'],
    [{ url: 'https://a.hooks.example', events: ['job.failed', 'job.failed'] }, 'events'],
    [{ url: 'https://a.hooks.example', secret: 'mine' }, 'secret'],
  ])('refuses %j', async (body, param) => {
    const client = await createJobClient();
    const response = await client.send('POST', '/v1/webhooks', body);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { param } });
  });

  it('refuses a host that leads away from the public internet', async () => {
    const { client, path } = await createReceiver();
    network.addresses = ['10.0.0.1'];
    const url = 'https://rebound.hooks.example';
    const created = await client.send('POST', '/v1/webhooks', { url });
    const changed = await client.send('PATCH', path, { url });
    network.addresses = ['93.184.215.14'];
    for (const response of [created, changed]) {
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ error: { param: 'url' } });
    }
  });

  it('removes an endpoint', async () => {
    const { client, path } = await createReceiver();
    expect((await client.fetch(path, { method: 'DELETE' })).status).toBe(204);
    expect((await client.fetch(path, { method: 'DELETE' })).status).toBe(404);
    expect((await client.fetch(path)).status).toBe(404);
  });

  it('does not exist for another tenant', async () => {
    const { client, path } = await createReceiver();
    await client.ended((await client.order({ prompt: prompt() })).id);
    const log = await vi.waitFor(async () => {
      const { data } = await (await client.fetch(`${path}/deliveries`)).json<{ data: { id: string }[] }>();
      expect(data).toHaveLength(1);
      return data;
    });
    const other = await createJobClient();
    const answers = await Promise.all([
      other.fetch(path),
      other.send('PATCH', path, { enabled: false }),
      other.fetch(path, { method: 'DELETE' }),
      other.send('POST', `${path}/secret`, {}),
      other.fetch(`${path}/deliveries`),
      other.fetch(`${path}/deliveries/${log[0]?.id}/replay`, { method: 'POST' }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404, 404, 404]);
    expect(await (await other.fetch('/v1/webhooks')).json()).toEqual({ object: 'list', data: [] });
    expect(await (await client.fetch(path)).json()).toMatchObject({ enabled: true });
  });

  it('needs scopes, and takes few endpoints', async () => {
    const { client, path } = await createReceiver();
    const reader = await createJobClient({ tenant: client.tenant, scopes: ['read'] });
    expect((await reader.fetch(path)).status).toBe(200);
    expect((await reader.fetch(path, { method: 'DELETE' })).status).toBe(403);
    const url = 'https://a.hooks.example';
    for (let number = 1; number < 20; number++) await client.send('POST', '/v1/webhooks', { url });
    expect((await client.send('POST', '/v1/webhooks', { url })).status).toBe(400);
  });
});

it('an alarm of a tenant without webhooks does nothing', async () => {
  const stub = env.WEBHOOK.getByName('nobody');
  expect(await stub.list()).toEqual([]);
  expect(await runDurableObjectAlarm(stub)).toBe(false);
});
