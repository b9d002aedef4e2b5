import { ApiError } from '../../gpu-backend/contract/errors.ts';
import { type Allowance, CHARGED_OUTCOMES, type Settled } from '../ledger/ledger.ts';

/**
 * A request that broke off: what was made because of it is charged, and is found by whoever asks again. Says so, and
 * carries what the headers tell.
 */
export class PartlyMade extends ApiError {
  readonly units: number;
  readonly allowance: Allowance;

  /** @param files how many were asked for. */
  constructor({ code, retryAfterS, cause }: ApiError, { charges, allowance }: Settled, files: number) {
    const made = charges.filter(({ outcome }) => CHARGED_OUTCOMES.has(outcome));
    const units = made.reduce((sum, charge) => sum + charge.units, 0);
    const rest = made.length < files ? ', the rest was not' : '';
    const message = `Generation broke off: ${made.length} of ${files} files were made and charged (${units} units)${rest}. Sent again, the request finds what was made.`;
    super(code, { message, cause, ...(retryAfterS !== undefined && { retryAfterS }) });
    this.units = units;
    this.allowance = allowance;
  }
}
