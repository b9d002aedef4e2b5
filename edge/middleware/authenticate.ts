import type { MiddlewareHandler } from 'hono';
import { hashApiKey, parseApiKey } from '../../gpu-backend/contract/api-key.ts';
import { ApiError } from '../../gpu-backend/contract/errors.ts';
import type { KeyRecord, KeyStore, Scope } from '../adapters/key-store.ts';
import type { EdgeContext } from '../endpoint.ts';

export interface AuthenticateOptions {
  readonly keys: KeyStore;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Compared with where no key is known, so that an unknown one takes as long as a wrong one. */
const NO_HASH = '0'.repeat(64);

/**
 * Lets a request through whose API key holds and has one of `scopes`; sets `key`.
 * Every other key gets the same 401, whatever is wrong with it; one without the scope gets 403.
 */
export function authenticate(
  scopes: readonly Scope[],
  { keys, now }: AuthenticateOptions,
): MiddlewareHandler<EdgeContext> {
  return async (context, next) => {
    const record = await holderOf(context.req.header('authorization'), keys, now() / 1000);
    if (!record) throw new ApiError('invalid_api_key');
    if (!scopes.some((scope) => record.scopes.includes(scope))) {
      throw new ApiError('insufficient_scope', {
        message: `This API key has not the scope that this needs: ${scopes.join(' or ')}.`,
      });
    }
    context.set('key', record);
    await next();
  };
}

async function holderOf(
  authorization: string | undefined,
  keys: KeyStore,
  nowS: number,
): Promise<KeyRecord | undefined> {
  const [, text] = /^bearer +(\S+)$/iu.exec(authorization ?? '') ?? [];
  const key = text === undefined ? undefined : parseApiKey(text);
  if (!key) return undefined;
  const [hash, record] = await Promise.all([hashApiKey(key), keys.find(key.id)]);
  const encoder = new TextEncoder();
  const equal = crypto.subtle.timingSafeEqual(encoder.encode(hash), encoder.encode(record?.hash ?? NO_HASH));
  if (!record || !equal || record.revokedAt !== null) return undefined;
  return record.expiresAt === null || nowS < record.expiresAt ? record : undefined;
}
