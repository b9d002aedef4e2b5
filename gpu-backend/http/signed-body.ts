import type { Context, MiddlewareHandler } from 'hono';
import { createMiddleware } from 'hono/factory';
import { ApiError } from '../contract/errors.ts';
import { type SigningKey, type VerifyOptions, verifyRequest } from '../contract/signature.ts';

export interface SignatureOptions {
  readonly keys: readonly SigningKey[];
  /** Seconds since 1970. */
  readonly now: () => number;
  readonly rememberNonce: VerifyOptions['rememberNonce'];
}

/** What the middleware leaves for the route. */
export interface SignedEnv {
  Variables: { signedBody: Uint8Array<ArrayBuffer> };
}

/**
 * Lets a request pass only when its signature holds over the raw body, which is not looked at before.
 * @throws ApiError `invalid_signature`, the problem in its cause.
 */
export function requireSignature({
  keys,
  now,
  rememberNonce,
}: SignatureOptions): MiddlewareHandler<SignedEnv> {
  return createMiddleware<SignedEnv>(async (context, next) => {
    const body = new Uint8Array(await context.req.arrayBuffer());
    const request = { method: context.req.method, path: pathAndQueryOf(context), body };
    const verification = { keys, now: now(), rememberNonce };
    const problem = await verifyRequest(request, context.req.raw.headers, verification);
    if (problem) throw new ApiError('invalid_signature', { cause: new Error(problem) });
    context.set('signedBody', body);
    await next();
  });
}

function pathAndQueryOf({ req }: Context): string {
  const { pathname, search } = new URL(req.url);
  return pathname + search;
}
