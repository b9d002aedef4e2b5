import { setTimeout as sleep } from 'node:timers/promises';
import type { DevStack } from '../fixtures/dev-stack.ts';

/** Requests that run at the same time. */
const CONCURRENCY = 16;
/** One in so many is sent twice at once, as by a client that lost its patience. */
const DOUBLED = 20;

export interface MeteredOrder {
  readonly key: string;
  readonly prompt: string;
}

/**
 * A client that sends each order, under its Idempotency-Key, until it is answered 200, and keeps its own count: the
 * units of the answers, once for each order.
 */
export interface MeteredClient {
  readonly units: ReadonlyMap<string, number>;
  /** Sends all orders; `onAnswer` is told how many are answered. */
  send(orders: readonly MeteredOrder[], onAnswer?: (answered: number) => void): Promise<void>;
}

/** `stackOf`: the one that runs now; another after a restart. */
export function createMeteredClient(stackOf: () => DevStack): MeteredClient {
  const units = new Map<string, number>();

  async function ask({ key, prompt }: MeteredOrder): Promise<number | undefined> {
    const { url, apiKey } = stackOf();
    const response = await fetch(`${url}/v1/images/generations`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${apiKey}`,
        'content-type': 'application/json',
        'idempotency-key': key,
      },
      body: JSON.stringify({ prompt }),
      // Whoever died does not always close its connections.
      signal: AbortSignal.timeout(20_000),
    }).catch(() => undefined);
    const text = await response?.text().catch(() => undefined);
    // No answer, or one that broke off: whoever sent it was killed.
    if (!response || text === undefined) return undefined;
    if (response.status === 200) {
      return (JSON.parse(text) as { usage: { units: number } }).usage.units;
    }
    if (![409, 503, 504].includes(response.status)) throw new Error(`${response.status} ${text}`);
    return undefined;
  }

  async function complete(order: MeteredOrder, doubled: boolean): Promise<void> {
    for (;;) {
      const answers = await Promise.all([ask(order), ...(doubled ? [ask(order)] : [])]);
      for (const answer of answers.filter((answer) => answer !== undefined)) {
        const known = units.get(order.key) ?? answer;
        if (known !== answer) throw new Error(`${order.key} cost ${known}, then ${answer} units`);
        units.set(order.key, answer);
      }
      if (units.has(order.key)) return;
      // A running request and a dead part tell no event to wait for: clients ask again.
      await sleep(500);
    }
  }

  return {
    units,
    async send(orders, onAnswer) {
      const queue = [...orders.entries()];
      const work = async (): Promise<void> => {
        for (let next = queue.shift(); next; next = queue.shift()) {
          const [index, order] = next;
          await complete(order, index % DOUBLED === 0);
          onAnswer?.(units.size);
        }
      };
      await Promise.all(Array.from({ length: CONCURRENCY }, work));
    },
  };
}
