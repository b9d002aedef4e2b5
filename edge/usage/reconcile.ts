import type { Tenant } from '../keys/tenant.ts';
import { type AccountOf, CHARGED_OUTCOMES } from '../ledger/ledger.ts';
import { type CountedCharge, type Difference, differencesOf, type Source } from './differences.ts';

/** Charges settled since may still be on their way through the queue. */
const SETTLING_MS = 10 * 60_000;
/** Rows read at once; about 200 bytes each. */
const PAGE_ROWS = 1_000;
/** Differences kept of a day; whoever looks for the cause needs no more, and the log has their number. */
const MAX_STORED = 500;

export interface ReconcileOptions {
  readonly db: D1Database;
  readonly accountOf: AccountOf;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export interface Reconciliation {
  readonly tenant: string;
  readonly day: string;
  /** Charges of the ledger that were recounted. */
  readonly charges: number;
  readonly differences: readonly Difference[];
}

const SOURCES: Readonly<Record<Source, { readonly table: string; readonly time: string }>> = {
  charges: { table: 'usage_charges', time: 'settled_at' },
  answers: { table: 'usage_answers', time: 'answered_at' },
};

/** Behind every id: those are ASCII. */
const LAST_ID = '\u{ffff}';

export type ReconciledTenant = Pick<Tenant, 'id' | 'shards'>;

/** Who may have charges of a day: all tenants, and whoever else is named in the tables. */
export async function tenantsOfDay(db: D1Database, day: string): Promise<readonly ReconciledTenant[]> {
  const { results } = await db
    .prepare(
      `SELECT id, ifnull(shards, 0) AS shards
       FROM (SELECT id FROM tenants UNION SELECT tenant FROM usage_charges WHERE day = ?1
             UNION SELECT tenant FROM usage_answers WHERE day = ?1)
       LEFT JOIN tenants USING (id)`,
    )
    .bind(day)
    .all<ReconciledTenant>();
  return results;
}

/**
 * Recounts a tenant's day, charge by charge: the ledger against the usage table, which its outbox fills, and against
 * the gateway's own access log. Replaces what was known of the day in `usage_differences`; what the usage table lacks is
 * sent to it again.
 */
export async function reconcile(
  { id: tenant, shards }: ReconciledTenant,
  day: string,
  { db, accountOf, now }: ReconcileOptions,
): Promise<Reconciliation> {
  const account = accountOf(tenant, shards);
  const settledBefore = now() - SETTLING_MS;
  const differences: Difference[] = [];
  let charges = 0;
  for (let after = '', more = true; more; ) {
    const page = await account.charges({ day, after, limit: PAGE_ROWS });
    const last = page.at(-1);
    more = page.length === PAGE_ROWS;
    const upTo = more && last ? last.chargeId : LAST_ID;
    const answered = page.filter(({ outcome }) => CHARGED_OUTCOMES.has(outcome));
    for (const [source, ledger] of [
      ['charges', page],
      ['answers', answered],
    ] as const) {
      const counted = await readWindow(db, source, { tenant, day, after, upTo });
      const found = differencesOf(source, ledger, counted, settledBefore);
      differences.push(...found);
      const lacking = found.filter(({ sourceUnits }) => source === 'charges' && sourceUnits === null);
      if (lacking.length > 0) await account.resend(lacking.map(({ chargeId }) => chargeId));
    }
    charges += page.length;
    after = upTo;
  }
  await store(db, { tenant, day, differences }, now());
  return { tenant, day, charges, differences };
}

interface IdWindow {
  readonly tenant: string;
  readonly day: string;
  readonly after: string;
  readonly upTo: string;
}

/** The source's charges between two ids of the ledger, so that no more than a page of a day is in memory. */
async function readWindow(
  db: D1Database,
  source: Source,
  { tenant, day, after, upTo }: IdWindow,
): Promise<readonly CountedCharge[]> {
  const { table, time } = SOURCES[source];
  const { results } = await db
    .prepare(
      `SELECT charge_id AS chargeId, units, ${time} AS at FROM ${table}
       WHERE tenant = ? AND day = ? AND charge_id > ? AND charge_id <= ?`,
    )
    .bind(tenant, day, after, upTo)
    .all<CountedCharge>();
  return results;
}

async function store(
  db: D1Database,
  { tenant, day, differences }: Omit<Reconciliation, 'charges'>,
  nowMs: number,
): Promise<void> {
  await db.batch([
    db.prepare('DELETE FROM usage_differences WHERE tenant = ? AND day = ?').bind(tenant, day),
    ...differences
      .slice(0, MAX_STORED)
      .map(({ chargeId, source, ledgerUnits, sourceUnits }) =>
        db
          .prepare('INSERT OR REPLACE INTO usage_differences VALUES (?, ?, ?, ?, ?, ?, ?)')
          .bind(chargeId, source, tenant, day, ledgerUnits, sourceUnits, nowMs),
      ),
  ]);
}
