import { type UsageEvent, usageEventSchema } from './usage-event.ts';

export interface StoredMessage {
  readonly id: string;
  readonly body: unknown;
}

const STORE_CHARGE = `
  INSERT INTO usage_charges
    (charge_id, tenant, key_id, model, fingerprint, outcome, units, day, settled_at, version)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (charge_id) DO UPDATE SET key_id = excluded.key_id, model = excluded.model,
    outcome = excluded.outcome, units = excluded.units, day = excluded.day,
    settled_at = excluded.settled_at, version = excluded.version
  WHERE excluded.version > usage_charges.version`;

const STORE_ANSWER = `
  INSERT INTO usage_answers (charge_id, tenant, units, day, answered_at) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT (charge_id) DO NOTHING`;

const STORE_DEAD = `
  INSERT INTO usage_dead (message_id, body, failed_at) VALUES (?, ?, ?) ON CONFLICT (message_id) DO NOTHING`;

/**
 * Writes a batch of the usage queue into its tables, all or nothing. Batches may come again, and in any order. What is
 * no usage event goes to `usage_dead`, so that it holds up no others.
 * @returns how many such there were.
 */
export async function storeUsage(
  db: D1Database,
  messages: readonly StoredMessage[],
  nowMs: number,
): Promise<number> {
  let dead = 0;
  const statements = messages.map(({ id, body }) => {
    const event = usageEventSchema.safeParse(body);
    if (event.success) return storeEvent(db, event.data);
    dead += 1;
    return db.prepare(STORE_DEAD).bind(id, JSON.stringify(body) ?? 'undefined', nowMs);
  });
  if (statements.length > 0) await db.batch(statements);
  return dead;
}

function storeEvent(db: D1Database, event: UsageEvent): D1PreparedStatement {
  if (event.kind === 'answer') {
    const { chargeId, tenant, units, day, answeredAt } = event;
    return db.prepare(STORE_ANSWER).bind(chargeId, tenant, units, day, answeredAt);
  }
  const { chargeId, tenant, keyId, model, fingerprint, outcome, units, day, settledAt } = event.charge;
  return db
    .prepare(STORE_CHARGE)
    .bind(chargeId, tenant, keyId, model, fingerprint, outcome, units, day, settledAt, event.version);
}
