import type { IncomingMessage, RequestListener } from 'node:http';
import { describe, expect, it, vi } from 'vitest';
import { createDeliverMessage } from '../../edge/webhooks/deliver-message.ts';
import { createDnsOverHttps } from '../../edge/webhooks/resolve-host.ts';
import { createWebhookSecret, signMessage } from '../../edge/webhooks/webhook-signature.ts';
import { startLocalServer } from './local-server.ts';

const SECRETS = [createWebhookSecret(), createWebhookSecret()];
const MESSAGE = { id: 'msg_1', body: '{"type":"job.succeeded"}' };
const DELIVERY = { url: 'https://hooks.example.com/hook?a=b', message: MESSAGE, secrets: SECRETS };

/** What a resolver on this machine answers for each host. */
const ZONE: Record<string, readonly string[]> = {
  'hooks.example.com': ['93.184.215.14', '2606:4700::1'],
  'rebound.example.com': ['93.184.215.14', '169.254.169.254'],
  'mapped.example.com': ['::ffff:10.0.0.1'],
  'alias.example.com': ['93.184.215.14'],
};

const answerDns: RequestListener = ({ url = '' }, response) => {
  const { searchParams } = new URL(url, 'http://resolver');
  const [name, type] = [searchParams.get('name') ?? '', searchParams.get('type')];
  if (name === 'broken.example.com') return void response.writeHead(502).end('bad gateway');
  if (name === 'failing.example.com') return void response.end(JSON.stringify({ Status: 2 }));
  const addresses = (ZONE[name] ?? []).filter((address) => address.includes(':') === (type === 'AAAA'));
  const records = addresses.map((data) => ({ name, type: type === 'A' ? 1 : 28, TTL: 60, data }));
  const alias = { name, type: 5, TTL: 60, data: 'localhost.' };
  response.setHeader('content-type', 'application/dns-json');
  response.end(JSON.stringify({ Status: ZONE[name] ? 0 : 3, Answer: [alias, ...records] }));
};

/** Delivers to a receiver on this machine, where every public host leads. */
async function createDelivery(receive: RequestListener) {
  const resolver = new URL('/dns-query', await startLocalServer(answerDns));
  const receiver = await startLocalServer(receive);
  const fetcher = vi.fn<typeof fetch>((input, init) => {
    const { pathname, search } = new URL(String(input));
    return fetch(new URL(pathname + search, receiver), init);
  });
  const resolveHost = createDnsOverHttps({ resolver, fetcher: fetch });
  const deliver = createDeliverMessage({ fetcher, resolveHost, now: () => 1_795_392_000_999 });
  return { deliver, fetcher };
}

async function textOf(request: IncomingMessage): Promise<string> {
  return Buffer.concat(await request.toArray()).toString();
}

describe('a delivery', () => {
  it('is a POST, signed as of now with every live secret', async () => {
    const heard = Promise.withResolvers<{ request: IncomingMessage; body: string }>();
    const { deliver } = await createDelivery(async (request, response) => {
      heard.resolve({ request, body: await textOf(request) });
      response.writeHead(204).end();
    });
    expect(await deliver(DELIVERY)).toEqual({ delivered: true, status: 204, reason: null });
    const { request, body } = await heard.promise;
    expect([request.method, request.url, body]).toEqual(['POST', '/hook?a=b', MESSAGE.body]);
    const signed = await signMessage({ ...MESSAGE, timestamp: 1_795_392_000 }, SECRETS);
    expect(request.headers).toMatchObject({ ...signed, 'content-type': 'application/json' });
    expect(signed['webhook-signature']?.split(' ')).toHaveLength(2);
  });

  it.each([301, 302, 307, 308])('does not follow a redirect (%i)', async (status) => {
    let requests = 0;
    const { deliver } = await createDelivery((_, response) => {
      requests++;
      response.writeHead(status, { location: 'http://169.254.169.254/' }).end();
    });
    expect(await deliver(DELIVERY)).toEqual({
      delivered: false,
      status,
      reason: `it answered with status ${status}`,
    });
    expect(requests).toBe(1);
  });

  it.each([400, 410, 500])('fails with status %i', async (status) => {
    const { deliver } = await createDelivery((_, response) => response.writeHead(status).end('hidden'));
    const attempt = await deliver(DELIVERY);
    expect(attempt).toMatchObject({ delivered: false, status });
    expect(JSON.stringify(attempt)).not.toContain('hidden');
  });

  it('reads nothing of an answer without end', async () => {
    const closed = Promise.withResolvers<void>();
    const { deliver } = await createDelivery((_, response) => {
      response.writeHead(200);
      response.on('close', closed.resolve);
      const more = (): void => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
      };
      response.on('drain', more);
      more();
    });
    expect(await deliver(DELIVERY)).toEqual({ delivered: true, status: 200, reason: null });
    await closed.promise;
  });

  it('fails when the connection breaks', async () => {
    const { deliver } = await createDelivery(({ socket }) => socket.destroy());
    expect(await deliver(DELIVERY)).toEqual({
      delivered: false,
      status: null,
      reason: 'it could not be reached',
    });
  });

  it('fails when no answer comes in time', async () => {
    const { deliver, fetcher } = await createDelivery(() => undefined);
    const timeout = vi.spyOn(AbortSignal, 'timeout');
    const late = new AbortController();
    timeout.mockImplementation((ms) => (ms === 15_000 ? late.signal : new AbortController().signal));
    const attempt = deliver(DELIVERY);
    await vi.waitFor(() => expect(fetcher).toHaveBeenCalled());
    late.abort(new DOMException('late', 'TimeoutError'));
    expect(await attempt).toEqual({
      delivered: false,
      status: null,
      reason: 'it did not answer within 15 s',
    });
    timeout.mockRestore();
  });

  it.each([
    ['rebound.example.com', 'is not on the public internet'],
    ['mapped.example.com', 'is not on the public internet'],
    ['nowhere.example.com', 'does not exist'],
    ['broken.example.com', 'cannot be looked up'],
    ['failing.example.com', 'cannot be looked up'],
    ['127.0.0.1', 'is not on the public internet'],
    ['localhost', 'public internet'],
  ])('sends nothing to %s', async (host, reason) => {
    const { deliver, fetcher } = await createDelivery((_, response) => response.end());
    const attempt = await deliver({ ...DELIVERY, url: `https://${host}/hook` });
    expect(attempt).toMatchObject({
      delivered: false,
      status: null,
      reason: expect.stringContaining(reason),
    });
    expect(fetcher).not.toHaveBeenCalled();
  });

  it('goes by addresses, not by the names on the way', async () => {
    const { deliver } = await createDelivery((_, response) => response.end());
    const attempt = await deliver({ ...DELIVERY, url: 'https://alias.example.com/hook' });
    expect(attempt.delivered).toBe(true);
  });
});
