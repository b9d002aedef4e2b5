import type { Context, MiddlewareHandler } from 'hono';
import { ApiError } from '../../gpu-backend/contract/errors.ts';
import type { EdgeContext } from '../endpoint.ts';
import { readBody } from '../generation/read-json.ts';
import type { Idempotency } from '../idempotency/idempotency.ts';
import type { StoredAnswer } from '../idempotency/idempotency-record.ts';
import { requestHashOf } from '../idempotency/request-hash.ts';
import type { RouteOptions } from '../routes/route-options.ts';

const HEADER = 'idempotency-key';
const KEY = /^[\x21-\x7e]{1,255}$/u;

/** What of an answer is the same whenever it is given. */
const KEPT_HEADERS = ['content-type', 'location', 'preference-applied', 'retry-after', 'x-usage-units'];

export interface AnswerOnceOptions extends Pick<RouteOptions, 'deferOf'> {
  readonly idempotency: Idempotency;
}

/**
 * Lets a POST that carries an Idempotency-Key be sent again without being done again; stands behind `authenticate`.
 * Sets `requestKey`, from which the charges derive: a request that dies half-way is charged once however often it is
 * sent. The first answer is kept, and completed when the client has hung up; errors that pass by themselves are not.
 * @throws ApiError `idempotency_key_reused`, `request_in_progress`, `invalid_request`.
 * @see https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
 */
export function answerOnce({ idempotency, deferOf }: AnswerOnceOptions): MiddlewareHandler<EdgeContext> {
  return async (context, next) => {
    const key = keyOf(context);
    if (key === undefined) return next();
    const tenant = context.get('key').tenant;
    const beginning = await idempotency.begin(tenant, key, await hashOf(context));
    if (beginning.state === 'reused') throw new ApiError('idempotency_key_reused', { param: HEADER });
    if (beginning.state === 'running') {
      throw new ApiError('request_in_progress', { retryAfterS: beginning.retryAfterS });
    }
    if (beginning.state === 'answered') {
      const { status, headers, body } = beginning.answer;
      context.res = new Response(body, { status, headers: { ...headers, 'idempotency-replayed': 'true' } });
      return;
    }
    const { attempt, requestKey } = beginning;
    context.set('requestKey', requestKey);
    const answered = next();
    const kept = answered.then(async () => {
      await idempotency.finish(tenant, key, attempt, await keptOf(context.res));
    });
    // A client that hangs up ends its request, but not what is deferred.
    deferOf(context)(kept);
    await answered;
    // What was made and charged is answered also where it cannot be kept; the log has why.
    await kept.catch(() => undefined);
  };
}

function keyOf({ req }: Context<EdgeContext>): string | undefined {
  const key = req.header(HEADER);
  if (key === undefined || KEY.test(key)) return key;
  throw new ApiError('invalid_request', {
    param: HEADER,
    message: `${HEADER} has ${key.length} characters; allowed are 1 … 255, printable ASCII without spaces`,
  });
}

/** Reads the body, and puts it back for the handler. */
async function hashOf({ req }: Context<EdgeContext>): Promise<string> {
  const body = await readBody(req.raw);
  req.raw = new Request(req.raw, { body });
  const { pathname, search } = new URL(req.url);
  return requestHashOf(req.method, pathname + search, new TextDecoder().decode(body));
}

async function keptOf(response: Response): Promise<StoredAnswer | undefined> {
  if (passesByItself(response.status)) return undefined;
  const headers: Record<string, string> = {};
  for (const name of KEPT_HEADERS) {
    const value = response.headers.get(name);
    if (value !== null) headers[name] = value;
  }
  return { status: response.status, headers, body: await response.clone().text() };
}

/** Not enough credit, a conflict, too many requests, or a fault of ours: the same request may succeed later. */
function passesByItself(status: number): boolean {
  return status === 402 || status === 409 || status === 429 || status >= 500;
}
