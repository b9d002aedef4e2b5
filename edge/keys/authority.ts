import { ApiError } from '../../gpu-backend/contract/errors.ts';
import type { Tenant } from './tenant.ts';

/*
 * Who manages what. An admin key belongs to a tenant, and acts for it:
 * - one of an operator tenant sees and manages every tenant and every key;
 * - one of any other tenant sees that tenant and manages that tenant's keys, all of them and with any scope and limits
 *   (what the tenant may spend is capped by its balance, not by its keys). Whatever belongs to another tenant answers
 *   404, as if it were not there; making and changing tenants is 403.
 */

/** Whether an admin key of `actor` manages what belongs to `tenant`. */
export function manages(actor: Tenant, tenant: string): boolean {
  return actor.operator || actor.id === tenant;
}

/** The tenant whose keys a list shows: the one asked for; else every one to an operator, their own to all others. */
export function listedTenant(actor: Tenant, asked: string | undefined): string | undefined {
  if (asked !== undefined && !manages(actor, asked)) throw noTenant();
  return asked ?? (actor.operator ? undefined : actor.id);
}

/** @throws ApiError `insufficient_scope` unless `actor` is an operator. */
export function requireOperator(actor: Tenant): void {
  if (actor.operator) return;
  throw new ApiError('insufficient_scope', { message: 'This takes an admin key of an operator tenant.' });
}

export function noTenant(): ApiError {
  return new ApiError('not_found', { param: 'tenant', message: 'There is no such tenant.' });
}

export function noKey(): ApiError {
  return new ApiError('not_found', { param: 'id', message: 'There is no such API key.' });
}
