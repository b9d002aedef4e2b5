import { ApiError } from '../../gpu-backend/contract/errors.ts';
import { CHARGED_OUTCOMES, type Ledger, type Spender } from '../ledger/ledger.ts';
import { PartlyMade } from './partly-made.ts';
import { SpendingRefused } from './spending-refused.ts';

export interface RefuseTextsOptions {
  readonly ledger: Pick<Ledger, 'record'>;
  readonly spender: Spender;
  readonly requestKey: string;
  /** Id of the model. */
  readonly model: string;
  /** The request's field that the policy refuses. */
  readonly param: string;
}

/** Records pictures whose texts the policy refuses, at no price. @returns what the caller is told. */
export async function refuseTexts(
  pictures: readonly { readonly chargeId: string; readonly fingerprint: string }[],
  { ledger, param, ...order }: RefuseTextsOptions,
): Promise<ApiError> {
  const lines = pictures.map(({ chargeId, fingerprint }) => {
    return { chargeId, fingerprint, units: 0, outcome: 'moderated' as const };
  });
  const recorded = await ledger.record({ ...order, lines });
  if (!recorded.granted) return new SpendingRefused(recorded);
  const error = new ApiError('request_moderated', { param });
  // The policy was another when an earlier try of the request had some of them made.
  const isCharged = recorded.charges.some(({ outcome }) => CHARGED_OUTCOMES.has(outcome));
  return isCharged ? new PartlyMade(error, recorded, lines.length) : error;
}
