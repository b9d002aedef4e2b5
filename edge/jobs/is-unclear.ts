import type { ApiError, ErrorCode } from '../../gpu-backend/contract/errors.ts';

/** Errors of a try that do not tell whether an earlier one was charged; all others come behind a missing picture. */
const UNCLEAR: ReadonlySet<ErrorCode> = new Set([
  'storage_unavailable',
  'ledger_unavailable',
  'policy_unavailable',
  'service_unavailable',
  'rate_limited',
  'internal_error',
]);

export function isUnclear({ code }: ApiError): boolean {
  return UNCLEAR.has(code);
}
