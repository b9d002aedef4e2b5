import { creditGiven } from './given.ts';
import type { Balance, Credited, CreditGrant } from './ledger.ts';
import type { Sql } from './sql.ts';

/** That of one ledger: what its shards have is neither reserved nor available. */
export function balanceOf(sql: Sql): Balance {
  const [row] = sql.exec<Balance>(
    'SELECT credited, spent, reserved, credited - spent - reserved AS available, billed FROM account',
  );
  if (!row) throw new Error('an open ledger has an account');
  return { ...row, reserved: row.reserved - creditGiven(sql) };
}

/** Units of credit that can still be held. */
export function creditLeft(sql: Sql): number {
  const [row] = sql.exec<{ available: number }>(
    'SELECT credited - spent - reserved AS available FROM account',
  );
  return row?.available ?? 0;
}

/**
 * Adds a grant's units, once for each id. Call it within a transaction.
 * @throws RangeError for units that are no integer > 0.
 */
export function addCredit(sql: Sql, { id, units, note }: CreditGrant, nowMs: number): Credited['result'] {
  if (!Number.isSafeInteger(units) || units <= 0) {
    throw new RangeError(`units (${units}) of a credit must be an integer > 0`);
  }
  const [known] = sql.exec<{ units: number }>('SELECT units FROM credits WHERE id = ?', id);
  if (known) return known.units === units ? 'known' : 'conflict';
  sql.exec('INSERT INTO credits VALUES (?, ?, ?, ?)', id, units, note, nowMs);
  sql.exec('UPDATE account SET credited = credited + ?', units);
  return 'added';
}
