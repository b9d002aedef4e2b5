import { ApiError } from '../../gpu-backend/contract/errors.ts';

/**
 * What a failure says of the backend, and so of asking another.
 *
 * - `unreachable`: no connection, or what answers does not serve this model: nothing was begun.
 * - `busy`: it has more to do than it can in time: nothing was begun.
 * - `broken`: it began, and did not come to an end.
 */
export type FailureKind = 'unreachable' | 'busy' | 'broken';

export interface BackendFailureOptions {
  /** For the log alone. */
  readonly cause: unknown;
  readonly retryAfterS?: number;
}

/** A backend did not make what it was asked for; the client hears that generation is not available. */
export class BackendFailure extends ApiError {
  readonly kind: FailureKind;

  constructor(kind: FailureKind, options: BackendFailureOptions) {
    super('backend_unavailable', options);
    this.name = 'BackendFailure';
    this.kind = kind;
  }
}
