import type { MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { ApiError } from '../contract/errors.ts';
import { MAX_BODY_BYTES } from '../contract/generate.ts';

/** Counts what has come, for which it makes a stream of the body: that costs more than all else about a small request. */
const counted = bodyLimit({ maxSize: MAX_BODY_BYTES, onError: refuseLength });

/**
 * Lets bodies of at most `MAX_BODY_BYTES` pass. A length that is told is taken at its word, as HTTP's parser reads no
 * more than it.
 * @throws ApiError `invalid_request`
 */
export const limitedBody: MiddlewareHandler = (context, next) => {
  const { headers } = context.req.raw;
  const length = headers.get('content-length');
  if (length === null || headers.has('transfer-encoding')) return counted(context, next);
  return Number(length) > MAX_BODY_BYTES ? refuseLength() : next();
};

function refuseLength(): never {
  throw new ApiError('invalid_request', { message: `The body is longer than ${MAX_BODY_BYTES} bytes.` });
}
