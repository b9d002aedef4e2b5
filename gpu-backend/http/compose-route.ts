import { type Context, Hono } from 'hono';
import { composeRequestSchema } from '../contract/compose.ts';
import { ApiError } from '../contract/errors.ts';
import type { Composer } from '../serving/composer.ts';
import { limitedBody } from './limited-body.ts';
import { parseBody } from './parse-body.ts';
import { requireSignature, type SignatureOptions, type SignedEnv } from './signed-body.ts';

export interface ComposeRouteOptions {
  /** Of the model that runs now. */
  readonly composer: () => Pick<Composer, 'compose'>;
  readonly signature: SignatureOptions;
}

/** `POST /v1/compose`. @see contract/compose.ts */
export function createComposeRoute({ composer, signature }: ComposeRouteOptions): Hono<SignedEnv> {
  const route = new Hono<SignedEnv>();
  route.post('/v1/compose', limitedBody, requireSignature(signature), async (context: Context<SignedEnv>) => {
    const request = parseBody(context.get('signedBody'), composeRequestSchema);
    return context.json(await composer().compose(request), 200, { 'cache-control': 'no-store' });
  });
  route.all('/v1/compose', () => {
    throw new ApiError('method_not_allowed', { message: 'Only POST is allowed here.' });
  });
  return route;
}
