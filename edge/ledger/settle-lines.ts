import { type ChargeRow, findCharge, settledChargeOf } from './charge-row.ts';
import { recallsFor } from './given.ts';
import {
  CHARGED_OUTCOMES,
  type Outcome,
  type SettledCharge,
  type Settlement,
  type SettlementLine,
} from './ledger.ts';
import { LimitReached } from './limit-reached.ts';
import { queueUsage } from './outbox.ts';
import { PoolShort } from './pool-short.ts';
import { charge, hold, letGo, type Spending } from './spending.ts';
import { dayOf } from './utc-periods.ts';

export interface SettleContext extends Spending {
  readonly tenant: string;
}

/**
 * Ends each line's charge; call it within a transaction. The first settlement counts; a later one changes nothing,
 * but for a charge whose lease had ended, which is decided in `chargeLate`.
 * @throws Error for a charge that was never reserved; RangeError for more units than were reserved; LimitReached and
 * PoolShort where units for a late charge may be elsewhere, unless `isFinal`.
 */
export function settleLines(context: SettleContext, settlement: Settlement): readonly SettledCharge[] {
  const { lease, lines } = settlement;
  const { sql, tenant, nowMs } = context;
  let lateUnits = 0;
  return lines.map((line) => {
    const row = findCharge(sql, line.chargeId);
    if (!row) throw new Error(`charge ${line.chargeId} was never reserved`);
    if (!CHARGED_OUTCOMES.has(line.outcome)) {
      if (row.state === 'reserved' && row.lease === lease) release(context, row, 'released', line.outcome);
    } else {
      // Under an older lease too: the picture was delivered, and the newer try will find it charged.
      if (row.state === 'reserved') commit(context, row, payable(row, line, lease));
      else if (row.state === 'expired') {
        lateUnits += chargeLate(context, row, settlement, payable(row, line, lease), lateUnits);
      }
    }
    const after = findCharge(sql, line.chargeId);
    if (after?.state !== 'reserved') return settledChargeOf(after ?? row, tenant);
    // A newer try holds it, and this one is charged nothing.
    return settledChargeOf({ ...row, outcome: line.outcome, units: 0, settled_at: nowMs }, tenant);
  });
}

/** Ends a reservation without a charge. */
export function release(
  { sql, nowMs }: SettleContext,
  row: ChargeRow,
  state: 'released' | 'expired',
  outcome: Outcome,
): void {
  letGo(sql, row);
  sql.exec(
    `UPDATE charges SET state = ?, outcome = ?, units = 0, settled_at = ?, version = version + 1 WHERE id = ?`,
    state,
    outcome,
    nowMs,
    row.id,
  );
  queueUsage(sql, row.id, nowMs);
}

function commit(
  { sql, nowMs }: SettleContext,
  row: ChargeRow,
  { outcome, units }: Pick<SettlementLine, 'outcome' | 'units'>,
): void {
  charge(sql, row, units);
  sql.exec(
    `UPDATE charges SET state = 'committed', outcome = ?, units = ?, plan = ?, day = ?, settled_at = ?,
       version = version + 1 WHERE id = ?`,
    outcome,
    units,
    row.plan,
    row.day,
    nowMs,
    row.id,
  );
  queueUsage(sql, row.id, nowMs);
}

/**
 * The rule for a picture that came after its lease had ended: it is charged where the limits of now still allow it;
 * else it is free, since neither may a limit be passed nor a delivered picture be taken back.
 * @returns units held for it; `before`: those for other late lines of the transaction.
 */
function chargeLate(
  context: SettleContext,
  row: ChargeRow,
  { spender, isFinal }: Settlement,
  { outcome, units }: SettlementLine,
  before: number,
): number {
  const { nowMs } = context;
  const late = { ...row, plan: spender.plan, day: dayOf(nowMs) };
  try {
    hold(context, { ...spender, keyId: row.key_id }, units);
    commit(context, { ...late, units }, { outcome, units });
    return units;
  } catch (error) {
    if (!(error instanceof LimitReached || error instanceof PoolShort)) throw error;
    if (isFinal !== true && unitsMayCome(context, error)) {
      throw error instanceof PoolShort ? new PoolShort(before + error.needed) : error;
    }
    commit(context, late, { outcome, units: 0 });
    return 0;
  }
}

function unitsMayCome({ sql, nowMs }: SettleContext, error: LimitReached | PoolShort): boolean {
  return error instanceof PoolShort || recallsFor(sql, error.refusal.reason, dayOf(nowMs)).length > 0;
}

/** What is left of a line when it has not more units than were reserved; an older lease may have reserved more. */
function payable(
  { id, price, lease: newest }: ChargeRow,
  line: SettlementLine,
  lease: number,
): SettlementLine {
  const { units } = line;
  if (!Number.isSafeInteger(units) || units < 0 || (units > price && lease === newest)) {
    throw new RangeError(`units (${units}) of charge ${id} must be an integer, 0 … ${price}, as reserved`);
  }
  return { ...line, units: Math.min(units, price) };
}
