import type { MiddlewareHandler } from 'hono';
import { ApiError } from '../../gpu-backend/contract/errors.ts';
import type { EdgeContext } from '../endpoint.ts';
import type { Scope } from '../keys/key-record.ts';
import type { KeyHolder } from '../keys/key-store.ts';
import type { KeyVerifier } from '../keys/verify-key.ts';
import type { RouteOptions } from '../routes/route-options.ts';

export interface AuthenticateOptions {
  readonly admit: Admit;
  readonly deferOf: RouteOptions['deferOf'];
}

/** Who shows a key with one of the scopes. Throws ApiError `invalid_api_key`, `tenant_suspended`, `insufficient_scope`. */
export type Admit = (
  authorization: string | undefined,
  scopes: readonly Scope[],
  defer: (work: Promise<void>) => void,
) => Promise<KeyHolder>;

export function createAdmit(verifier: KeyVerifier): Admit {
  return async (authorization, scopes, defer) => {
    const holder = await verifier.verify(authorization, defer);
    if (!holder) throw new ApiError('invalid_api_key');
    if (holder.tenant.status !== 'active') throw new ApiError('tenant_suspended');
    if (scopes.some((scope) => holder.key.scopes.includes(scope))) return holder;
    throw new ApiError('insufficient_scope', {
      message: `This API key has not the scope that this needs: ${scopes.join(' or ')}.`,
    });
  };
}

/**
 * Lets a request through whose API key holds and has one of `scopes`; sets `key` and `tenant`. Every other key gets the
 * same 401, whatever is wrong with it; one without the scope, or of a suspended tenant, gets 403.
 */
export function authenticate(
  scopes: readonly Scope[],
  { admit, deferOf }: AuthenticateOptions,
): MiddlewareHandler<EdgeContext> {
  return async (context, next) => {
    const holder = await admit(context.req.header('authorization'), scopes, deferOf(context));
    context.set('key', holder.key);
    context.set('tenant', holder.tenant);
    await next();
  };
}
