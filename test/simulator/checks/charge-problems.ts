import type { Aftermath, Charge } from './find-problems.ts';

/** No charge without a picture, none twice, no lease open. */
export function chargeProblems({ record, store }: Aftermath, charges: readonly Charge[]): string[] {
  const problems: string[] = [];
  const stored = new Set([...store.objects.keys()].map((key) => /[0-9a-f]{64}/u.exec(key)?.[0]));
  for (const charge of charges) {
    const name = `charge ${charge.id} of ${charge.tenant}`;
    if (charge.state === 'reserved') problems.push(`${name}: its lease is open`);
    if (charge.state === 'committed' && !stored.has(charge.fingerprint)) problems.push(`${name}: no picture`);
    if (charge.state !== 'committed' && charge.units > 0) problems.push(`${name}: charged, not committed`);
  }

  const committed = charges.filter(({ state }) => state === 'committed');
  // What made a picture is charged as that once in the world, whoever asked for it how often.
  for (const [fingerprint, rows] of Map.groupBy(committed, (row) => row.fingerprint)) {
    const generated = rows.filter(({ outcome }) => outcome === 'generated').length;
    if (generated > 1) problems.push(`picture ${fingerprint} was charged as generated ${generated} times`);
  }

  // Who had it made pays for that, whatever it finds when it asks again.
  for (const { id, tenant, fingerprint, outcome } of committed) {
    if (record.starters.get(fingerprint) === id && outcome !== 'generated') {
      problems.push(`charge ${id} of ${tenant} had the picture made, and is charged as ${outcome}`);
    }
  }

  for (const intent of record.intents) {
    const tries = record.requests.filter((request) => request.intent === intent);
    const keys = new Set(tries.flatMap(({ requestKey }) => requestKey ?? []));
    const rows = committed.filter((row) => keys.has(row.request_key));
    const allowed = intent.idempotencyKey === null ? keys.size : 1;
    const pictures = (intent.request.n ?? 1) * allowed;
    if (rows.length > pictures) {
      problems.push(`request ${intent.id} asked for ${pictures} pictures and was charged for ${rows.length}`);
    }
  }

  const known = new Set(record.requests.flatMap(({ requestKey }) => requestKey ?? []));
  for (const { id, tenant, request_key: key } of charges) {
    if (!known.has(key)) problems.push(`charge ${id} of ${tenant} belongs to no request`);
  }
  return problems;
}
