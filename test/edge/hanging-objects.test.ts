import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { IdempotencyObject } from '../../edge/durable/idempotency-object.ts';
import { JobObjectBase } from '../../edge/durable/job-object.ts';
import { createDurableLedgers, LedgerObject } from '../../edge/durable/ledger-object.ts';
import { installFakeNetwork } from './fakes/fake-network.ts';
import { createTestEdge, issueKey } from './fakes/test-edge.ts';

// Each real object does what it is asked, once, and says nothing; ten seconds later it is asked again.

installFakeNetwork();

/** A client of a tenant of its own, and that tenant's ledger. */
async function createClient() {
  const tenant = `hangs-${crypto.randomUUID()}`;
  const edge = createTestEdge({ now: Date.now });
  const headers = {
    authorization: `Bearer ${await issueKey({ tenant })}`,
    'idempotency-key': crypto.randomUUID(),
  };
  const send = (body: object) => edge.generate({ prompt: tenant, ...body }, headers);
  return { edge, headers, send, ledger: createDurableLedgers(env.LEDGER)(tenant) };
}

type Methods<T> = { [K in keyof T]: T[K] extends (...args: never[]) => unknown ? K : never }[keyof T] &
  string;

/** The next call of a method is done, and never answered. */
function loseNextAnswer<T extends object>(prototype: T, method: Methods<T>): void {
  const original = prototype[method] as (...args: unknown[]) => unknown;
  const spy = vi.spyOn(prototype as Record<string, (...args: unknown[]) => unknown>, method);
  spy.mockImplementationOnce(async function hang(this: T, ...args) {
    await original.apply(this, args);
    await new Promise(() => undefined);
  });
}

describe('an object that does not answer', () => {
  it('the record of the key, then the ledger: is asked again, finds its own, and charges once', {
    timeout: 60_000,
  }, async () => {
    const { edge, send, ledger } = await createClient();
    loseNextAnswer(IdempotencyObject.prototype, 'begin');
    loseNextAnswer(LedgerObject.prototype, 'settle');
    const first = await send({});
    expect(first.status).toBe(200);
    expect(await ledger.balance()).toMatchObject({ billed: 1, reserved: 0 });
    const again = await send({});
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(await again.text()).toBe(await first.text());
    expect(edge.backend.requests).toHaveLength(1);
  });

  it('a new job: is the one job that was accepted', { timeout: 60_000 }, async () => {
    const { edge, headers, send } = await createClient();
    loseNextAnswer(JobObjectBase.prototype, 'create');
    const first = await send({ async: true });
    expect(first.status).toBe(202);
    const { id } = await first.json<{ id: string }>();
    const again = await send({ async: true });
    expect(await again.json()).toMatchObject({ id });
    const events = await (await edge.fetch(`/v1/jobs/${id}/events`, { headers })).text();
    expect(events.match(/event: job\.(running|succeeded)/gu)).toHaveLength(2);
  });
});

describe('a request that had its picture made, and then could not pay', () => {
  it('is charged what it had made once it comes again', {
    timeout: 60_000,
  }, async () => {
    const { edge, send, ledger } = await createClient();
    const settle = vi.spyOn(LedgerObject.prototype, 'settle').mockImplementation(() => {
      throw new Error('never reached');
    });
    expect((await send({})).status).toBe(500);
    settle.mockRestore();
    expect(await ledger.balance()).toMatchObject({ billed: 0, reserved: 0 });
    expect(edge.store.objects.size).toBe(1);
    const response = await send({});
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ data: [{ cache: 'miss', units: 1 }], usage: { units: 1 } });
    expect(await ledger.balance()).toMatchObject({ billed: 1, reserved: 0 });
    expect(edge.backend.requests).toHaveLength(1);
  });
});
