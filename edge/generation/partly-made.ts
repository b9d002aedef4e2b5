import { ApiError } from '../../gpu-backend/contract/errors.ts';
import { type Allowance, CHARGED_OUTCOMES, type Settled } from '../ledger/ledger.ts';

/**
 * A request of many pictures that broke off: what was made is charged, and is found by whoever asks again. Says so, and
 * carries what the headers tell.
 */
export class PartlyMade extends ApiError {
  readonly units: number;
  readonly allowance: Allowance;

  constructor({ code, retryAfterS, cause }: ApiError, { charges, allowance }: Settled) {
    const made = charges.filter(({ outcome }) => CHARGED_OUTCOMES.has(outcome));
    const units = made.reduce((sum, charge) => sum + charge.units, 0);
    const message = `Generation broke off: ${made.length} of ${charges.length} files were made and charged (${units} units), the rest was not. Sent again, the request finds what was made.`;
    super(code, { message, cause, ...(retryAfterS !== undefined && { retryAfterS }) });
    this.units = units;
    this.allowance = allowance;
  }
}
