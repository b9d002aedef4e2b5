import type { TenantPlan } from '../keys/tenant.ts';
import type { Outcome, SettledCharge } from './ledger.ts';
import type { Sql } from './sql.ts';

/** A row of `charges`. @see schema.ts */
export interface ChargeRow {
  readonly id: string;
  readonly request_key: string;
  readonly key_id: string;
  readonly model: string;
  readonly fingerprint: string;
  readonly plan: TenantPlan;
  readonly state: 'reserved' | 'committed' | 'released' | 'expired';
  readonly outcome: Outcome | null;
  readonly price: number;
  readonly units: number;
  readonly day: string;
  readonly lease: number;
  readonly lease_ends_at: number;
  readonly settled_at: number | null;
  readonly version: number;
}

export function findCharge(sql: Sql, id: string): ChargeRow | undefined {
  return sql.exec<ChargeRow>('SELECT * FROM charges WHERE id = ?', id)[0];
}

/** Whether a charge is reserved or committed by now. */
export function isHeld(sql: Sql, id: string): boolean {
  const state = findCharge(sql, id)?.state;
  return state === 'reserved' || state === 'committed';
}

/** @throws Error for a charge that is still reserved. */
export function settledChargeOf(row: ChargeRow, tenant: string): SettledCharge {
  if (row.outcome === null || row.settled_at === null) throw new Error(`charge ${row.id} is not settled`);
  return {
    chargeId: row.id,
    tenant,
    keyId: row.key_id,
    model: row.model,
    fingerprint: row.fingerprint,
    outcome: row.outcome,
    units: row.units,
    day: row.day,
    settledAt: row.settled_at,
  };
}
