import { sha256Hex } from '../../../gpu-backend/contract/hex.ts';
import { signMessage } from '../../webhooks/webhook-signature.ts';
import type { UsageExporter } from './usage-exporter.ts';

export interface ExportTarget {
  readonly url: URL;
  /** Webhook: `whsec_…`; meter: the API's key. */
  readonly secret: string;
  readonly fetcher: typeof fetch;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** A receiver that takes longer gets the charges again. */
export const EXPORT_TIMEOUT_MS = 15_000;

/** One signed message (Standard Webhooks) for a batch; 2xx takes it whole. Its id follows from the charges'. */
export function createWebhookExporter({ url, secret, fetcher, now }: ExportTarget): UsageExporter {
  return {
    async send(charges) {
      const ids = charges.map(({ chargeId }) => chargeId);
      const timestamp = Math.floor(now() / 1000);
      const body = JSON.stringify({
        type: 'usage.charged',
        timestamp: new Date(now()).toISOString(),
        data: { charges },
      });
      const id = `usage_${await sha256Hex(JSON.stringify(ids))}`;
      const response = await fetcher(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(await signMessage({ id, timestamp, body }, [secret])),
        },
        body,
        redirect: 'manual',
        signal: AbortSignal.timeout(EXPORT_TIMEOUT_MS),
      });
      await response.body?.cancel();
      if (!response.ok) throw new Error(`the usage webhook answers ${response.status}`);
      return ids;
    },
  };
}
