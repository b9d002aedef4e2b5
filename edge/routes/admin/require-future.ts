import { ApiError } from '../../../gpu-backend/contract/errors.ts';

/** @throws ApiError `invalid_request` for an `expires_at` that has passed: such a key would never hold. */
export function requireFuture(expiresAt: number | null | undefined, nowS: number): void {
  if (expiresAt === null || expiresAt === undefined || expiresAt > nowS) return;
  const message = `expires_at (${expiresAt}) must be null or later than now (${nowS}); to end a key at once, revoke it`;
  throw new ApiError('invalid_request', { param: 'expires_at', message });
}
