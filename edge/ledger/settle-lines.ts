import { type ChargeRow, findCharge, settledChargeOf } from './charge-row.ts';
import {
  CHARGED_OUTCOMES,
  type Outcome,
  type SettledCharge,
  type Settlement,
  type SettlementLine,
  type Spender,
} from './ledger.ts';
import { LimitReached } from './limit-reached.ts';
import { queueUsage } from './outbox.ts';
import { charge, hold, letGo } from './spending.ts';
import type { Sql } from './sql.ts';
import { dayOf } from './utc-periods.ts';

export interface SettleContext {
  readonly sql: Sql;
  readonly tenant: string;
  readonly nowMs: number;
}

/**
 * Ends each line's charge; call it within a transaction. The first settlement counts; a later one changes nothing,
 * but for a charge whose lease had ended, which is decided in `chargeLate`.
 * @throws Error for a charge that was never reserved; RangeError for more units than were reserved.
 */
export function settleLines(
  context: SettleContext,
  { lease, spender, lines }: Settlement,
): readonly SettledCharge[] {
  const { sql, tenant, nowMs } = context;
  return lines.map((line) => {
    const row = findCharge(sql, line.chargeId);
    if (!row) throw new Error(`charge ${line.chargeId} was never reserved`);
    if (!CHARGED_OUTCOMES.has(line.outcome)) {
      if (row.state === 'reserved' && row.lease === lease) release(context, row, 'released', line.outcome);
    } else {
      // Under an older lease too: the picture was delivered, and the newer try will find it charged.
      if (row.state === 'reserved') commit(context, row, payable(row, line, lease));
      else if (row.state === 'expired') chargeLate(context, row, spender, payable(row, line, lease));
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
 */
function chargeLate(
  context: SettleContext,
  row: ChargeRow,
  spender: Spender,
  { outcome, units }: SettlementLine,
): void {
  const { sql, nowMs } = context;
  const late = { ...row, plan: spender.plan, day: dayOf(nowMs) };
  try {
    hold(sql, { ...spender, keyId: row.key_id }, late.day, units, nowMs);
    commit(context, { ...late, units }, { outcome, units });
  } catch (error) {
    if (!(error instanceof LimitReached)) throw error;
    commit(context, late, { outcome, units: 0 });
  }
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
