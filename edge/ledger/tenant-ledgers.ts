import { ApiError } from '../../gpu-backend/contract/errors.ts';
import type { Recall, Retry, Shortage } from './allotment.ts';
import type {
  Allowance,
  LedgerOf,
  LedgerPart,
  LedgerPartOf,
  Refusal,
  RefusalReason,
  Settled,
  Settlement,
} from './ledger.ts';
import { ledgerNameOf } from './ledger-name.ts';

/** Each gives one of those that wait for units what it needs, and half of what is left beside: 2²⁰ may wait. */
const MAX_ROUNDS = 20;

/**
 * The ledgers by which keys spend. One in a tenant's own ledger asks that alone, as long as nothing is refused. A shard
 * that is short is supplied from the tenant's own; where that refuses, the shards give back what they do not use before
 * the refusal stands. Whoever does this may die at any step: @see allotment.ts
 */
export function createTenantLedgers(partOf: LedgerPartOf): LedgerOf {
  return (place) => {
    const { tenant } = place;
    const part = partOf(ledgerNameOf(place));
    const main = partOf(ledgerNameOf({ tenant, shard: 0 }));

    async function recall({ shard, allotments }: Recall): Promise<void> {
      const reports = await partOf(ledgerNameOf({ tenant, shard })).giveBack(allotments);
      await main.takeBack(shard, reports);
    }

    /** Asks until it is done, or refused and no unit is to be had from anywhere. */
    async function spend<Answer extends object>(
      ask: (retry: Retry) => Promise<Answer | Refusal | Shortage>,
    ): Promise<Answer | Refusal> {
      let retry: Retry = {};
      let recalledFor: RefusalReason | undefined;
      for (let round = 1; round <= MAX_ROUNDS; round++) {
        const answer = await ask({ ...retry, ...(recalledFor && { recalledFor }) });
        retry = { isAgain: true };
        let refusal: Refusal;
        if (isShortage(answer)) {
          const supply = await main.supply(answer);
          if (!isRefusal(supply)) {
            retry = { isAgain: true, supply };
            continue;
          }
          refusal = { ...supply, allowance: lesserOf(answer.allowance, supply.available) };
        } else if (isRefusal(answer)) refusal = answer;
        else return answer;
        const { recalls = [], ...told } = refusal;
        if (recalls.length === 0 || told.reason === recalledFor) return told;
        recalledFor = told.reason;
        await Promise.all(recalls.map(recall));
      }
      throw new ApiError('ledger_unavailable', { cause: new Error('others were faster, round after round') });
    }

    return {
      reserve: (request) => spend((retry) => part.reserve({ ...request, ...retry })),
      record: (request) => spend((retry) => part.record({ ...request, ...retry })),
      allowance: (spender) => part.allowance(spender),
      async settle(settlement) {
        const settled = await spend((retry) => part.settle({ ...settlement, ...retry }));
        if (!isRefusal(settled)) return settled;
        // Late, and there are not units for all: as many as there are, in the order of the lines.
        const lines: Settled[] = [];
        for (const line of settlement.lines) {
          const one = { ...settlement, lines: [line] };
          const alone = await spend((retry) => part.settle({ ...one, ...retry }));
          lines.push(isRefusal(alone) ? await settleFinally(part, one) : alone);
        }
        const allowance = lines.at(-1)?.allowance ?? settled.allowance;
        return { charges: lines.flatMap(({ charges }) => charges), allowance };
      },
    };
  };
}

async function settleFinally(part: LedgerPart, settlement: Settlement): Promise<Settled> {
  const settled = await part.settle({ ...settlement, isFinal: true });
  if (isShortage(settled) || isRefusal(settled)) throw new Error('a final settlement is never refused');
  return settled;
}

function lesserOf({ remaining, rate }: Allowance, available: number): Allowance {
  return { remaining: Math.min(remaining ?? Number.POSITIVE_INFINITY, available), rate };
}

function isShortage(answer: object): answer is Shortage {
  return 'reason' in answer && answer.reason === 'short';
}

function isRefusal(answer: object): answer is Refusal {
  return 'reason' in answer && answer.reason !== 'short';
}
