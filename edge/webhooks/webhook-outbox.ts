import type { Sql } from '../ledger/sql.ts';
import type { DeliverMessage } from './deliver-message.ts';
import type { DeliveryContent, DeliveryFilter, DeliveryStorage } from './delivery-storage.ts';
import type { EndpointStorage } from './endpoint-storage.ts';
import { retryDelayMs } from './retry-schedule.ts';
import type { LoggedAttempt, WebhookDelivery, WebhookMessage } from './webhook.ts';
import { liveSecrets } from './webhook-endpoints.ts';

/** For so long a message can be looked at and replayed. */
export const KEPT_MS = 3 * 24 * 3_600_000;
/** Tries at once: Workers keep six connections open, and an alarm may run for minutes, not for hours. */
const MAX_AT_ONCE = 6;
/** A try that has told nothing of its end by now has died with its process. */
const TRY_MS = 60_000;
const GONE = 410;

export type OutboxStep =
  | 'webhook.publish.after-commit'
  | 'webhook.try.after-claim'
  | 'webhook.try.after-send'
  | 'webhook.try.after-commit';

export interface WebhookOutboxPorts {
  readonly sql: Sql;
  readonly endpoints: EndpointStorage;
  readonly deliveries: DeliveryStorage;
  readonly deliver: DeliverMessage;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** 0 … 1. */
  readonly random: () => number;
  readonly newId: () => string;
  /** Calls `advance` at that time, instead of at the one set before, also over restarts. */
  readonly setAlarm: (timeMs: number) => Promise<void>;
  /** Called at each step; the simulator throws from it, production does nothing. */
  readonly crashPoint: (step: OutboxStep) => void;
}

export type DeliveryWithLog = WebhookDelivery & { readonly attempts: readonly LoggedAttempt[] };

/** A tenant's messages: each is tried until it is delivered, at most ten times, at every place that wants it. */
export interface WebhookOutbox {
  /** Takes over a message; one of the same id was taken over before. */
  publish(message: WebhookMessage): Promise<void>;
  /** Tries what is due, and arms the alarm for what is due later. */
  advance(): Promise<void>;
  /** Newest first. */
  list(filter: DeliveryFilter): DeliveryWithLog[];
  /** Begins the ten tries anew, now. Undefined: there is no such delivery of this endpoint. */
  replay(endpointId: string, id: string): Promise<DeliveryWithLog | undefined>;
}

export function createWebhookOutbox(ports: WebhookOutboxPorts): WebhookOutbox {
  const { sql, endpoints, deliveries, deliver, now, random, newId, setAlarm, crashPoint } = ports;

  function add(message: WebhookMessage, endpointId: string | null, url: string, secret: string | null): void {
    const { id: messageId, type } = message;
    const [id, at] = [`whd_${newId()}`, now()];
    deliveries.addDelivery(
      { id, messageId, type, endpointId, url, status: 'pending', tries: 0, nextTryAt: at, createdAt: at },
      secret,
    );
  }

  /** Where a delivery goes, as of now; undefined: nowhere any more. */
  function destination(delivery: WebhookDelivery, { secret }: DeliveryContent) {
    if (secret !== null) return { url: delivery.url, secrets: [secret] };
    const endpoint = endpoints.find(delivery.endpointId ?? '');
    return endpoint?.enabled ? { url: endpoint.url, secrets: liveSecrets(endpoint, now()) } : undefined;
  }

  async function attempt(delivery: WebhookDelivery): Promise<void> {
    const content = deliveries.content(delivery.id);
    const to = destination(delivery, content);
    if (!to) return deliveries.set(delivery.id, 'failed', delivery.tries, null);
    const tries = delivery.tries + 1;
    const startedAt = now();
    deliveries.set(delivery.id, 'pending', tries, startedAt + TRY_MS);
    crashPoint('webhook.try.after-claim');
    const { delivered, status, reason } = await deliver({
      ...to,
      message: { id: delivery.messageId, body: content.body },
    });
    crashPoint('webhook.try.after-send');
    sql.transaction(() => {
      deliveries.log(delivery.id, { at: startedAt, status, reason, durationMs: now() - startedAt });
      const delayMs = delivered || status === GONE ? undefined : retryDelayMs(tries, random());
      const ended = delivered ? 'delivered' : 'failed';
      if (delayMs === undefined) deliveries.set(delivery.id, ended, tries, null);
      else deliveries.set(delivery.id, 'pending', tries, now() + delayMs);
      if (status === GONE) disable(delivery.endpointId);
    });
    crashPoint('webhook.try.after-commit');
  }

  /** Whoever answers 410 wants to hear no more, says Standard Webhooks. */
  function disable(endpointId: string | null): void {
    const endpoint = endpoints.find(endpointId ?? '');
    if (endpoint) endpoints.put({ ...endpoint, enabled: false });
  }

  const withLog = (delivery: WebhookDelivery): DeliveryWithLog => ({
    ...delivery,
    attempts: deliveries.attempts(delivery.id),
  });

  return {
    async publish(message) {
      sql.transaction(() => {
        if (!deliveries.addMessage(message, now())) return;
        const { target, type } = message;
        for (const { id, url, enabled, events } of endpoints.list()) {
          if (enabled && events.includes(type)) add(message, id, url, null);
        }
        if (target) add(message, null, target.url, target.secret);
      });
      crashPoint('webhook.publish.after-commit');
      await setAlarm(now());
    },
    async advance() {
      const due = deliveries.due(now(), MAX_AT_ONCE);
      // Also when the process dies in between.
      if (due.length > 0) await setAlarm(now() + TRY_MS);
      await Promise.all(due.map(attempt));
      sql.transaction(() => deliveries.forget(now() - KEPT_MS));
      const oldest = deliveries.oldest();
      const next = deliveries.nextDue() ?? (oldest === undefined ? undefined : oldest + KEPT_MS + 1);
      if (next !== undefined) await setAlarm(Math.max(next, now()));
    },
    list: (filter) => deliveries.list(filter).map(withLog),
    async replay(endpointId, id) {
      const delivery = deliveries.find(id);
      if (delivery?.endpointId !== endpointId) return undefined;
      deliveries.set(id, 'pending', 0, now());
      await setAlarm(now());
      return withLog({ ...delivery, status: 'pending', tries: 0, nextTryAt: now() });
    },
  };
}
