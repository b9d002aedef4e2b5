import type { Receipt, ReceiptVerifier } from '../../gpu-backend/contract/receipt.ts';

interface BillLine {
  readonly day: string;
  readonly keyId: string;
  readonly outcome: string;
  pictures: number;
  units: number;
}

export interface Bill {
  /** By day, key and outcome, in this order. */
  readonly lines: readonly BillLine[];
  readonly units: number;
  readonly pictures: number;
  /** What is wrong with receipts, with their lines; those do not count. */
  readonly problems: readonly string[];
}

/**
 * Recomputes a bill from receipts alone: each charge once, however often its receipt stands there. Not counted, and
 * told: signatures that do not hold, and two receipts of one charge that say different things.
 */
export async function addUp(
  receipts: AsyncIterable<{ readonly line: number; readonly receipt: Receipt }>,
  verify: ReceiptVerifier,
): Promise<Bill> {
  const charges = new Map<string, { readonly line: number; readonly signature: string }>();
  const lines = new Map<string, BillLine>();
  const problems: string[] = [];
  for await (const { line, receipt } of receipts) {
    const { chargeId, day, keyId, outcome, units, signature } = receipt;
    if (!(await verify(receipt))) {
      problems.push(`line ${line}: charge ${chargeId}: the signature does not hold`);
      continue;
    }
    const known = charges.get(chargeId);
    if (known) {
      if (known.signature !== signature) {
        problems.push(`line ${line}: charge ${chargeId}: differs from its receipt in line ${known.line}`);
      }
      continue;
    }
    charges.set(chargeId, { line, signature });
    const place = JSON.stringify([day, keyId, outcome]);
    const sum = lines.get(place) ?? { day, keyId, outcome, pictures: 0, units: 0 };
    sum.pictures += 1;
    sum.units += units;
    lines.set(place, sum);
  }
  const sorted = [...lines].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, sum]) => sum);
  return {
    lines: sorted,
    units: sorted.reduce((sum, { units }) => sum + units, 0),
    pictures: charges.size,
    problems,
  };
}
