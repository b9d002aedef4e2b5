import { describe, expect, it, vi } from 'vitest';
import { ApiError } from '../../../gpu-backend/contract/errors.ts';
import { hashesOf } from '../fakes/memory-backend.ts';
import { issueKey, NOW_MS } from '../fakes/test-edge.ts';
import { createCompositionClient, KINDS, PRICES } from './composition-client.ts';

describe.each(KINDS)('/v1/%s', (kind, body, count) => {
  it('streams its pictures as they are there, and then the answer', async () => {
    const client = await createCompositionClient();
    const response = await client.post(kind, { ...body, stream: true }, { 'idempotency-key': 'x' });
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(response.headers.has('x-usage-units')).toBe(false);
    const events = eventsOf(await response.text());
    expect(events.map(({ event }) => event)).toEqual([...Array(count).fill('picture'), 'done']);
    const answer = await client.make(kind, body);
    const sorted = events.slice(0, count).sort((a, b) => Number(a.data.index) - Number(b.data.index));
    expect(sorted.map(({ data }) => data.url)).toEqual(answer.data.map(({ url }) => url));
    expect(sorted.map(({ data }) => data)).toMatchObject(
      answer.data.map(({ fingerprint }) => hashesOf(fingerprint)),
    );
    expect(events.at(-1)?.data).toMatchObject({ file: { url: answer.file?.url }, usage: { units: count } });
  });

  describe('under an Idempotency-Key, as a stream', () => {
    const streamed = { ...body, stream: true };
    const headers = () => ({ 'idempotency-key': crypto.randomUUID() });

    it('keeps the key taken while it runs, and then answers by its last event', async () => {
      const client = await createCompositionClient({ prices: PRICES });
      const [name, held] = [headers(), Promise.withResolvers<void>()];
      const { compose } = client.edge.backend;
      let composing = 0;
      client.edge.backend.compose = async (request) => {
        composing += 1;
        await held.promise;
        return compose(request);
      };
      const first = client.post(kind, streamed, name);
      await vi.waitFor(() => expect(composing).toBe(1));
      const second = await client.post(kind, streamed, name);
      expect([second.status, second.headers.get('retry-after')]).toEqual([409, '1']);
      expect(await second.json()).toMatchObject({ error: { code: 'request_in_progress' } });
      held.resolve();
      const events = (await (await first).text()).split(/(?<=\n\n)/u);
      const billed = await client.billed();
      const repeat = await client.post(kind, streamed, name);
      expect(repeat.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
      expect(repeat.headers.get('idempotency-replayed')).toBe('true');
      expect(repeat.headers.has('x-usage-units')).toBe(false);
      expect(await repeat.text()).toBe(events.at(-1));
      expect([composing, await client.billed()]).toEqual([1, billed]);
      expect((await client.post(kind, body, name)).status).toBe(422);
    });

    it('is kept when its reader goes away', async () => {
      const client = await createCompositionClient();
      const name = headers();
      await (await client.post(kind, streamed, name)).body?.cancel();
      const repeat = await client.post(kind, streamed, name);
      expect(repeat.headers.get('idempotency-replayed')).toBe('true');
      expect(eventsOf(await repeat.text())).toMatchObject([
        { event: 'done', data: { usage: { units: count } } },
      ]);
    });

    it('goes on where it broke off by a fault that passes, and charges nothing twice', async () => {
      let nowMs = NOW_MS;
      const client = await createCompositionClient({ prices: PRICES, now: () => nowMs });
      const name = headers();
      const { compose } = client.edge.backend;
      client.edge.backend.compose = async () => {
        throw new ApiError('backend_unavailable');
      };
      const broken = eventsOf(await (await client.post(kind, streamed, name)).text());
      expect(broken.at(-1)?.event).toBe('error');
      client.edge.backend.compose = compose;
      // A flight that failed is not begun again at once.
      nowMs += 2_000;
      const repeat = await client.post(kind, streamed, name);
      expect(repeat.headers.has('idempotency-replayed')).toBe(false);
      expect(eventsOf(await repeat.text()).at(-1)?.event).toBe('done');
      const billed = await client.billed();
      await client.post(kind, streamed, name);
      expect(await client.billed()).toBe(billed);
      const whole = await createCompositionClient({ prices: PRICES });
      await whole.make(kind, body);
      expect(billed).toBe(await whole.billed());
    });

    it('keeps the error of a stream that no repeat mends', async () => {
      const client = await createCompositionClient();
      const name = headers();
      client.edge.backend.compose = async () => {
        throw new ApiError('content_moderated');
      };
      const broken = (await (await client.post(kind, streamed, name)).text()).split(/(?<=\n\n)/u);
      expect(broken.at(-1)).toContain('content_moderated');
      expect(await (await client.post(kind, streamed, name)).text()).toBe(broken.at(-1));
    });
  });

  it('tells in the stream what became of it where it breaks off, and at once what fails before', async () => {
    const client = await createCompositionClient();
    client.edge.backend.compose = async () => {
      throw new ApiError('backend_unavailable');
    };
    const events = eventsOf(await (await client.post(kind, { ...body, stream: true })).text());
    expect(events.at(-1)).toMatchObject({
      event: 'error',
      data: { error: { code: 'backend_unavailable', message: expect.stringContaining(`${count} of`) } },
    });
    client.edge.backend.failure = new ApiError('backend_unavailable');
    const response = await client.post(kind, { ...body, size: '32x32', stream: true });
    expect(response.status).toBe(503);
  });

  it('is refused in a stream like any request, also where all of it exists', async () => {
    const client = await createCompositionClient({ prices: PRICES });
    await client.make(kind, body);
    const poor = await issueKey({ tenant: `poor-${crypto.randomUUID()}`, plan: 'prepaid' });
    const response = await client.post(kind, { ...body, stream: true }, { authorization: `Bearer ${poor}` });
    expect([response.status, response.headers.get('content-type')]).toEqual([402, 'application/json']);
  });
});

interface Event {
  readonly event: string;
  readonly data: Record<string, unknown>;
}

function eventsOf(text: string): Event[] {
  return text
    .trim()
    .split('\n\n')
    .map((block) => {
      const [, event = '', data = ''] = /^event: (.*)\ndata: (.*)$/u.exec(block) ?? [];
      return { event, data: JSON.parse(data) as Event['data'] };
    });
}
