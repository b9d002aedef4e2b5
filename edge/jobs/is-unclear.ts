import type { ApiError, ErrorCode } from '../../gpu-backend/contract/errors.ts';
import { StillMaking } from '../generation/still-making.ts';

/** Errors of a try that do not tell whether an earlier one was charged; all others come behind a missing picture. */
const UNCLEAR: ReadonlySet<ErrorCode> = new Set([
  'storage_unavailable',
  'ledger_unavailable',
  'policy_unavailable',
  'service_unavailable',
  'rate_limited',
  'internal_error',
]);

export function isUnclear(error: ApiError): boolean {
  return isUnsettled(error) || UNCLEAR.has(error.code);
}

/** Errors of a try that may be charged itself: the answer that was lost may be that of settling, or it settles later. */
export function isUnsettled(error: ApiError): boolean {
  return error.code === 'ledger_unavailable' || error instanceof StillMaking;
}
