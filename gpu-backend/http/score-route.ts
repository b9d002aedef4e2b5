import { Hono } from 'hono';
import { ApiError } from '../contract/errors.ts';
import { scoreRequestSchema } from '../contract/scores.ts';
import type { Generator } from '../serving/generator.ts';
import { limitedBody } from './limited-body.ts';
import { parseBody } from './parse-body.ts';
import { requireSignature, type SignatureOptions, type SignedEnv } from './signed-body.ts';

export interface ScoreRouteOptions {
  /** Of the model that runs now. */
  readonly generator: () => Pick<Generator, 'score'>;
  readonly signature: SignatureOptions;
}

/** `POST /v1/scores`. @see contract/scores.ts */
export function createScoreRoute({ generator, signature }: ScoreRouteOptions): Hono<SignedEnv> {
  const route = new Hono<SignedEnv>();
  route.post('/v1/scores', limitedBody, requireSignature(signature), async (context) => {
    const result = await generator().score(parseBody(context.get('signedBody'), scoreRequestSchema));
    return context.json(result, 200, { 'cache-control': 'no-store' });
  });
  route.all('/v1/scores', () => {
    throw new ApiError('method_not_allowed', { message: 'Only POST is allowed here.' });
  });
  return route;
}
