import type { Log } from '../middleware/answer-errors.ts';
import { exportUsage } from './export/export-usage.ts';
import type { UsageExporter } from './export/usage-exporter.ts';
import type { ReconcileOptions } from './reconcile.ts';
import { reconcileDays } from './reconcile-days.ts';

export interface ScheduleOptions extends ReconcileOptions {
  /** Undefined: usage is not exported. */
  readonly exporter: UsageExporter | undefined;
  readonly log: Log;
}

/** What the cron does, every ten minutes. Neither part keeps the other from its turn. */
export async function runSchedule({ exporter, ...options }: ScheduleOptions): Promise<void> {
  if (exporter) await exportUsage({ ...options, exporter });
  await reconcileDays(options);
}
