import type { ExportedCharge, UsageExporter } from './usage-exporter.ts';
import { EXPORT_TIMEOUT_MS, type ExportTarget } from './webhook-exporter.ts';

export interface MeterTarget extends ExportTarget {
  /** The meter's name for these events. */
  readonly eventName: string;
  /** The receiver's customer ids by tenant; a tenant that is not there goes by its own id. */
  readonly customers: Readonly<Record<string, string>>;
}

/** Requests that a Worker may have open at once. */
const CONCURRENT_REQUESTS = 6;

/**
 * One meter event for each charge, in the shape of Stripe's `POST /v1/billing/meter_events`, our charge id as its
 * identifier. That the receiver has it already is a success.
 * @see https://docs.stripe.com/api/billing/meter-event/create
 */
export function createMeterExporter(target: MeterTarget): UsageExporter {
  return {
    async send(charges) {
      const sent: string[] = [];
      for (let start = 0; start < charges.length; start += CONCURRENT_REQUESTS) {
        const some = charges.slice(start, start + CONCURRENT_REQUESTS);
        const taken = await Promise.all(some.map((charge) => sendEvent(charge, target)));
        sent.push(...some.filter((_, index) => taken[index]).map(({ chargeId }) => chargeId));
        if (taken.includes(false)) break;
      }
      return sent;
    },
  };
}

async function sendEvent(charge: ExportedCharge, target: MeterTarget): Promise<boolean> {
  const { url, secret, fetcher, eventName, customers } = target;
  const form = new URLSearchParams({
    event_name: eventName,
    identifier: charge.chargeId,
    timestamp: String(Math.floor(charge.settledAt / 1000)),
    'payload[stripe_customer_id]': customers[charge.tenant] ?? charge.tenant,
    'payload[value]': String(charge.units),
  });
  const response = await fetcher(url, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${secret}`,
      'content-type': 'application/x-www-form-urlencoded',
      'idempotency-key': charge.chargeId,
    },
    body: form.toString(),
    redirect: 'manual',
    signal: AbortSignal.timeout(EXPORT_TIMEOUT_MS),
  }).catch(() => undefined);
  if (!response) return false;
  const text = await response.text();
  return (
    response.ok || ((response.status === 400 || response.status === 409) && /already exists/iu.test(text))
  );
}
