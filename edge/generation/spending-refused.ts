import { ApiError } from '../../gpu-backend/contract/errors.ts';
import type { Allowance, Refusal } from '../ledger/ledger.ts';
import { refusalError } from '../ledger/refusal-error.ts';

/** The ledger refused a request before anything was made. Carries what is left, for the headers. */
export class SpendingRefused extends ApiError {
  readonly allowance: Allowance;

  constructor(refusal: Refusal) {
    const { code, message, retryAfterS } = refusalError(refusal);
    super(code, { message, ...(retryAfterS !== undefined && { retryAfterS }) });
    this.allowance = refusal.allowance;
  }
}
