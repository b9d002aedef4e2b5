import { chargeIdOf } from '../../../edge/ledger/charge-id.ts';
import { ledgerNameOf } from '../../../edge/ledger/ledger-name.ts';
import type { SeenRequest } from '../record.ts';
import type { Aftermath, Charge } from './find-problems.ts';

/** As in `make-images.ts`, and the second beyond it. */
const LONGEST_MS = 65_000 + 1_000;

/** Errors that say that nothing was charged, or what was. */
const FREE = new Set([
  'request_moderated',
  'content_moderated',
  'insufficient_credits',
  'budget_exceeded',
  'rate_limited',
  'backend_unavailable',
  'deadline_exceeded',
  'superseded',
]);

/** As `StillMaking` and `PartlyMade` say it. */
const STILL_MAKING = /What had begun by then is charged when it is there/u;
const PARTLY_MADE = /were made and charged \((\d+) units\)/u;

export function toldUnits(text: string): number {
  return Number(PARTLY_MADE.exec(text)?.[1] ?? 0);
}

/** Every answer is in time and true: charged is what it says, and the same request has the same answer. */
export async function answerProblems(
  { record, nowMs }: Aftermath,
  charges: readonly Charge[],
): Promise<string[]> {
  const problems: string[] = [];
  const byId = new Map(charges.map((charge) => [charge.id, charge]));
  for (const request of record.requests) {
    const { intent, arrivedAt, endedAt, answer, requestKey } = request;
    const name = `request ${intent.id} at ${arrivedAt}`;
    const tookMs = (endedAt ?? nowMs) - arrivedAt;
    // Who never reached the edge has no request key, and does not wait there.
    if (tookMs > LONGEST_MS && (answer || requestKey !== undefined))
      problems.push(`${name} hung for ${tookMs} ms`);
    if (!answer) continue;
    if (answer.images && requestKey !== undefined) {
      for (const [index, { units, fingerprint }] of answer.images.data.entries()) {
        const charge = byId.get(await chargeIdOf(ledgerNameOf(intent.holder.key), requestKey, index));
        if (charge?.state !== 'committed' || charge.units !== units || charge.fingerprint !== fingerprint) {
          problems.push(`${name}: told ${units} units; the ledger has ${charge?.state} ${charge?.units}`);
        }
      }
    }
    if (FREE.has(answer.code ?? '') && requestKey !== undefined && intent.idempotencyKey === null) {
      const own = charges.filter((charge) => charge.request_key === requestKey && charge.units > 0);
      if (own.some(({ outcome }) => outcome !== 'generated'))
        problems.push(`${name}: ${answer.code}, and charged for what was not made for it`);
      const units = own.reduce((sum, charge) => sum + charge.units, 0);
      if (!STILL_MAKING.test(answer.text) && units !== toldUnits(answer.text))
        problems.push(`${name}: ${answer.code}, told ${toldUnits(answer.text)} units and charged ${units}`);
    }
    if (answer.code === 'internal_error') problems.push(`${name}: answered with internal_error`);
    if (answer.code === 'idempotency_key_reused') problems.push(`${name}: its key was taken for another's`);
  }
  problems.push(...replayProblems(record.requests));
  return problems;
}

/** Pictures under one Idempotency-Key are the same pictures for the same units whenever they are asked for. */
function replayProblems(requests: readonly SeenRequest[]): string[] {
  const problems: string[] = [];
  const keyed = requests.filter(({ intent }) => intent.idempotencyKey !== null);
  for (const [{ id }, same] of Map.groupBy(keyed, ({ intent }) => intent)) {
    const told = same.flatMap(({ answer }) => {
      const pictures = answer?.images?.data.map(({ fingerprint, units }) => `${fingerprint} ${units}`);
      return pictures ? [pictures.join()] : (answer?.jobId ?? []);
    });
    if (new Set(told).size > 1) problems.push(`request ${id} was told different things: ${told.join(' | ')}`);
  }
  return problems;
}
