import type { Balance, CreditGrant } from './ledger.ts';
import type { Sql } from './sql.ts';

export function balanceOf(sql: Sql): Balance {
  const [row] = sql.exec<Balance>(
    'SELECT credited, spent, reserved, credited - spent - reserved AS available, billed FROM account',
  );
  if (!row) throw new Error('an open ledger has an account');
  return { ...row };
}

/**
 * Adds a grant's units, once for each id. Call it within a transaction.
 * @throws RangeError for units that are no integer > 0; Error when the id was used for other units.
 */
export function addCredit(sql: Sql, { id, units, note }: CreditGrant, nowMs: number): boolean {
  if (!Number.isSafeInteger(units) || units <= 0) {
    throw new RangeError(`units (${units}) of a credit must be an integer > 0`);
  }
  const [known] = sql.exec<{ units: number }>('SELECT units FROM credits WHERE id = ?', id);
  if (known) {
    if (known.units !== units) throw new Error(`credit ${id} was granted with ${known.units} units`);
    return false;
  }
  sql.exec('INSERT INTO credits VALUES (?, ?, ?, ?)', id, units, note, nowMs);
  sql.exec('UPDATE account SET credited = credited + ?', units);
  return true;
}
