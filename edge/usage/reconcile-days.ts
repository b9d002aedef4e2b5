import { dayOf } from '../ledger/utc-periods.ts';
import type { Log } from '../middleware/answer-errors.ts';
import { type ReconcileOptions, reconcile, tenantsOfDay } from './reconcile.ts';

const DAY_MS = 86_400_000;

/** Recounts yesterday and today for every tenant; what differs is logged as an error and stands in `usage_differences`. */
export async function reconcileDays(options: ReconcileOptions & { readonly log: Log }): Promise<void> {
  const { db, log, now } = options;
  for (const day of [dayOf(now() - DAY_MS), dayOf(now())]) {
    for (const tenant of await tenantsOfDay(db, day)) {
      const { charges, differences } = await reconcile(tenant, day, options);
      if (differences.length === 0) continue;
      const [first] = differences;
      log({
        level: 'error',
        event: 'usage_differs',
        tenant: tenant.id,
        day,
        charges,
        differences: differences.length,
        first,
      });
    }
  }
}
