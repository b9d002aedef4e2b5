import type { Log } from '../../middleware/answer-errors.ts';
import type { ExportedCharge, UsageExporter } from './usage-exporter.ts';

/** In one message to the exporter. */
const BATCH_CHARGES = 100;
/** In one run of the cron: its requests are bounded, and the next comes soon. */
const MAX_BATCHES = 20;

export interface ExportOptions {
  readonly db: D1Database;
  readonly exporter: UsageExporter;
  readonly log: Log;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

const UNEXPORTED = `
  SELECT charge_id AS chargeId, tenant, key_id AS keyId, model, outcome, units, day, settled_at AS settledAt
  FROM usage_charges WHERE exported_at IS NULL AND units > 0 ORDER BY settled_at LIMIT ?`;

/**
 * Sends the charges that were not exported, oldest first. Our mark is what keeps a charge from being billed twice: the
 * receivers themselves remember ids for a day or so. What was sent but could not be marked goes again, under its id.
 */
export async function exportUsage({ db, exporter, log, now }: ExportOptions): Promise<void> {
  for (let batch = 0; batch < MAX_BATCHES; batch++) {
    const { results } = await db.prepare(UNEXPORTED).bind(BATCH_CHARGES).all<ExportedCharge>();
    if (results.length === 0) return;
    try {
      const sent = await exporter.send(results);
      await db.batch(
        sent.map((id) =>
          db.prepare('UPDATE usage_charges SET exported_at = ? WHERE charge_id = ?').bind(now(), id),
        ),
      );
      if (sent.length < results.length) throw new Error(`${sent.length} of ${results.length} were taken`);
    } catch (error) {
      const { name, message } = error as Error;
      log({ level: 'error', event: 'usage_export', cause: `${name}: ${message}` });
      return;
    }
  }
}
