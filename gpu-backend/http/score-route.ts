import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { ApiError } from '../contract/errors.ts';
import { MAX_BODY_BYTES } from '../contract/generate.ts';
import { scoreRequestSchema } from '../contract/scores.ts';
import type { Generator } from '../serving/generator.ts';
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
  route.post(
    '/v1/scores',
    bodyLimit({ maxSize: MAX_BODY_BYTES, onError: refuseLength }),
    requireSignature(signature),
    async (context) => {
      const result = await generator().score(parseBody(context.get('signedBody'), scoreRequestSchema));
      return context.json(result, 200, { 'cache-control': 'no-store' });
    },
  );
  route.all('/v1/scores', () => {
    throw new ApiError('method_not_allowed', { message: 'Only POST is allowed here.' });
  });
  return route;
}

function refuseLength(): never {
  throw new ApiError('invalid_request', { message: `The body is longer than ${MAX_BODY_BYTES} bytes.` });
}
