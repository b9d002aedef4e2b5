import { ApiError } from '../../gpu-backend/contract/errors.ts';
import { type Allowance, CHARGED_OUTCOMES, type Settled } from '../ledger/ledger.ts';

/**
 * A request that broke off: what was made because of it is charged, and is found by whoever asks again. Says so, and
 * carries what the headers tell.
 */
export class PartlyMade extends ApiError {
  readonly units: number;
  readonly allowance: Allowance;
  readonly #settled: Settled;
  readonly #files: number;

  /** @param files how many were asked for. */
  constructor({ code, retryAfterS, param, cause }: ApiError, settled: Settled, files: number) {
    const made = settled.charges.filter(({ outcome }) => CHARGED_OUTCOMES.has(outcome));
    const units = made.reduce((sum, charge) => sum + charge.units, 0);
    const rest = made.length < files ? ', the rest was not' : '';
    super(code, {
      message: `Generation broke off: ${made.length} of ${files} files were made and charged (${units} units)${rest}. Sent again, the request finds what was made.`,
      cause,
      ...(param !== null && { param }),
      ...(retryAfterS !== undefined && { retryAfterS }),
    });
    this.units = units;
    this.allowance = settled.allowance;
    this.#settled = settled;
    this.#files = files;
  }

  /** The same, where something else is the reason. */
  because(error: ApiError): PartlyMade {
    return new PartlyMade(error, this.#settled, this.#files);
  }
}
