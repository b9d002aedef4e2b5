import { ApiError, type ErrorCode } from '../../gpu-backend/contract/errors.ts';
import type { Refusal, RefusalReason } from './ledger.ts';

const CODES: Readonly<Record<RefusalReason, ErrorCode>> = {
  rate: 'rate_limited',
  budget_day: 'budget_exceeded',
  budget_month: 'budget_exceeded',
  budget_total: 'budget_exceeded',
  tenant_budget_day: 'budget_exceeded',
  tenant_budget_month: 'budget_exceeded',
  tenant_budget_total: 'budget_exceeded',
  balance: 'insufficient_credits',
  conflict: 'idempotency_key_reused',
};

const LIMITS: Partial<Record<RefusalReason, string>> = {
  budget_day: "today's budget",
  budget_month: "this month's budget",
  budget_total: 'the total budget',
  tenant_budget_day: "today's budget of the tenant",
  tenant_budget_month: "this month's budget of the tenant",
  tenant_budget_total: 'the total budget of the tenant',
  balance: 'the credit',
};

/** What the client is told of a refused reservation, with the numbers. */
export function refusalError({ reason, available, needed, retryAfterS }: Refusal): ApiError {
  const limit = LIMITS[reason];
  return new ApiError(CODES[reason], {
    ...(limit && {
      message: `This needs ${needed} units; ${available} are left of ${limit}. Nothing was made or charged.`,
    }),
    ...(retryAfterS !== null && { retryAfterS }),
  });
}
