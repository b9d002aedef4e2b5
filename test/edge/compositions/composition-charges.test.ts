import { describe, expect, it } from 'vitest';
import { ApiError } from '../../../gpu-backend/contract/errors.ts';
import { issueKey, NOW_MS } from '../fakes/test-edge.ts';
import { createCompositionClient, KINDS, PRICES } from './composition-client.ts';

describe.each(KINDS)('/v1/%s', (kind, body, count) => {
  it('costs what a dry run says: its pictures, and putting them together', async () => {
    const client = await createCompositionClient({ prices: PRICES });
    const quote = await client.quote(kind, body);
    expect(quote).toMatchObject({ object: 'quote', units: count * 10 + 3, file: { units: 3 } });
    expect(client.edge.backend.requests).toEqual([]);
    const made = await client.make(kind, body);
    expect(made.usage.units).toBe(quote.units);
    expect(made.file?.fingerprint).toBe(quote.file?.fingerprint);
    expect(await client.billed()).toBe(quote.units);
  });

  it('costs hits where all is known, and makes nothing', async () => {
    const client = await createCompositionClient({ prices: PRICES });
    const first = await client.make(kind, body);
    const quote = await client.quote(kind, body);
    const again = await client.make(kind, { ...body, user: 'someone' });
    expect(quote.units).toBe(count + 1);
    expect(again.usage.units).toBe(quote.units);
    expect(again.file).toMatchObject({ cache: 'hit', url: first.file?.url });
    expect(again.data.map(({ cache }) => cache)).toEqual(first.data.map(() => 'hit'));
    expect(client.edge.backend.requests).toHaveLength(count);
    expect(client.edge.backend.compositions).toHaveLength(1);
  });

  it('is put together anew in another format, of the same pictures', async () => {
    const client = await createCompositionClient({ prices: PRICES });
    await client.make(kind, body);
    const other = await client.make(kind, { ...body, output_format: 'webp', lossless: true });
    expect(other.usage.units).toBe(count + 3);
    expect(client.edge.backend.requests).toHaveLength(count);
    expect(client.edge.backend.compositions[1]).toMatchObject({ quality: null });
  });

  it('charges what was made where it breaks off, releases the rest, and finds it when sent again', async () => {
    let nowMs = NOW_MS;
    const client = await createCompositionClient({ prices: PRICES, now: () => nowMs });
    const { backend } = client.edge;
    const { generate } = backend;
    let asked = 0;
    backend.generate = (request) => {
      if (++asked > 2) throw new ApiError('backend_unavailable');
      return generate(request);
    };
    const headers = { 'idempotency-key': crypto.randomUUID() };
    const response = await client.post(kind, body, headers);
    expect(response.status).toBe(503);
    const { error } = await response.json<{ error: { message: string } }>();
    expect(error.message).toMatch(/^Generation broke off: 2 of \d files were made and charged \(20 units\)/u);
    expect(response.headers.get('x-usage-units')).toBe('20');
    expect([await client.billed(), await client.reserved()]).toEqual([20, 0]);
    expect(backend.compositions).toEqual([]);
    backend.generate = generate;
    nowMs += 5_000;
    const again = await client.post(kind, body, headers);
    expect(again.status).toBe(200);
    const { usage } = await again.json<{ usage: { units: number } }>();
    // The first two are charged once, under the same charges.
    expect(usage.units).toBe(count * 10 + 3);
    expect(await client.billed()).toBe(count * 10 + 3);
    expect(backend.requests).toHaveLength(count);
  });

  it('is answered as before under its Idempotency-Key, and charged once', async () => {
    const client = await createCompositionClient({ prices: PRICES });
    const headers = { 'idempotency-key': crypto.randomUUID() };
    const first = await client.post(kind, body, headers);
    const again = await client.post(kind, body, headers);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(await again.text()).toBe(await first.text());
    expect(await client.billed()).toBe(count * 10 + 3);
    expect((await client.post(kind, { ...body, size: '32x32' }, headers)).status).toBe(422);
  });

  it('is refused whole where the credit does not cover it', async () => {
    const client = await createCompositionClient({ prices: PRICES });
    const poor = await issueKey({ tenant: `poor-${crypto.randomUUID()}`, plan: 'prepaid' });
    const response = await client.post(kind, body, { authorization: `Bearer ${poor}` });
    expect(response.status).toBe(402);
    expect(client.edge.backend.requests).toEqual([]);
  });

  it('charges its pictures where they cannot be put together', async () => {
    const client = await createCompositionClient({ prices: PRICES });
    client.edge.backend.compose = async () => {
      throw new ApiError('backend_unavailable');
    };
    expect((await client.post(kind, body)).status).toBe(503);
    expect(await client.billed()).toBe(count * 10);
  });

  it('asks the policy of each prompt, and charges nothing where one is refused', async () => {
    const client = await createCompositionClient({ blockedTerms: ['apple'] });
    const response = await client.post(kind, body);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code: 'request_moderated' } });
    expect((await client.edge.fetch('/healthz')).status).toBe(200);
    expect(client.edge.backend.requests).toEqual([]);
    expect(await client.billed()).toBe(0);
  });
});
