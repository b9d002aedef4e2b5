import type { Context, MiddlewareHandler } from 'hono';
import { ApiError } from '../../gpu-backend/contract/errors.ts';
import type { Clock } from '../durable/clock.ts';
import { within } from '../durable/within.ts';
import type { EdgeContext } from '../endpoint.ts';
import { readBody } from '../generation/read-json.ts';
import type { Idempotency } from '../idempotency/idempotency.ts';
import type { StoredAnswer } from '../idempotency/idempotency-record.ts';
import { requestHashOf } from '../idempotency/request-hash.ts';
import { ANSWER_SLACK_MS } from '../requests/request-time.ts';
import type { RouteOptions } from '../routes/route-options.ts';

const HEADER = 'idempotency-key';
const KEY = /^[\x21-\x7e]{1,255}$/u;

/** A client waits so long for its answer to be kept, so that it finds it when it asks again at once. */
const KEEP_MS = 5_000;

/** What of an answer is the same whenever it is given. */
const KEPT_HEADERS = ['content-type', 'location', 'preference-applied', 'retry-after', 'x-usage-units'];

export interface AnswerOnceOptions extends Pick<RouteOptions, 'deferOf'> {
  readonly idempotency: Idempotency;
  readonly clock: Clock;
}

/**
 * Lets a POST that carries an Idempotency-Key be sent again without being done again; stands behind `authenticate`.
 * Sets `requestKey`, from which the charges derive: a request that dies half-way is charged once however often it is
 * sent. The first answer is kept, and completed when the client has hung up; errors that pass by themselves are not. Of a
 * stream the last event is kept, before it is told; until then another request under its key is refused as `request_in_progress`.
 * @throws ApiError `idempotency_key_reused`, `request_in_progress`, `invalid_request`, `service_unavailable`.
 * @see https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
 */
export function answerOnce({
  idempotency,
  deferOf,
  clock,
}: AnswerOnceOptions): MiddlewareHandler<EdgeContext> {
  return async (context, next) => {
    const key = keyOf(context);
    if (key === undefined) return next();
    const tenant = context.get('key').tenant;
    const owner = crypto.randomUUID();
    const beginning = await idempotency
      .begin(tenant, key, await hashOf(context), owner)
      .catch((error: unknown) => {
        // It may have begun unheard: the next request must not wait for one that does nothing.
        deferOf(context)(idempotency.finish(tenant, key, owner, undefined));
        throw error;
      });
    if (beginning.state === 'reused') throw new ApiError('idempotency_key_reused', { param: HEADER });
    if (beginning.state === 'running') {
      throw new ApiError('request_in_progress', { retryAfterS: beginning.retryAfterS });
    }
    if (beginning.state === 'answered') {
      const { status, headers, body } = beginning.answer;
      context.res = new Response(body, { status, headers: { ...headers, 'idempotency-replayed': 'true' } });
      if (isStream(context.res)) context.set('chargedLater', true);
      return;
    }
    const { attempt, requestKey } = beginning;
    context.set('requestKey', requestKey);
    context.set('isRetry', attempt > 1);
    const finish = (answer: StoredAnswer | undefined) => idempotency.finish(tenant, key, owner, answer);
    // What was made and charged is answered also where it cannot be kept, or not in time; the log has why.
    const inTime = (kept: Promise<void>): Promise<void> => {
      const answerBy = Math.min(clock.now() + KEEP_MS, context.get('deadline') + 2 * ANSWER_SLACK_MS);
      return within(kept, answerBy, clock, () => new Error('late')).catch(() => undefined);
    };
    context.set('keepEnd', (status, event) => {
      const headers = keptHeadersOf(context.res);
      const kept = finish(passesByItself(status) ? undefined : { status: 200, headers, body: event });
      deferOf(context)(kept);
      return inTime(kept);
    });
    const answered = next();
    const kept = answered.then(async () => {
      // A stream has just begun: whoever writes it keeps its end.
      if (!isStream(context.res)) await finish(await keptOf(context));
    });
    // A client that hangs up ends its request, but not what is deferred.
    deferOf(context)(kept);
    await answered;
    await inTime(kept);
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

/**
 * Reads the body, and puts it back for the handler. The same by a key in another of the tenant's ledgers is another
 * request: that ledger does not know what was charged.
 */
async function hashOf(context: Context<EdgeContext>): Promise<string> {
  const { req } = context;
  const { shard } = context.get('key');
  const body = await readBody(req.raw);
  req.raw = new Request(req.raw, { body });
  const { pathname, search } = new URL(req.url);
  const place = shard === 0 ? '' : `#${shard}`;
  return requestHashOf(req.method, pathname + search + place, new TextDecoder().decode(body));
}

async function keptOf(context: Context<EdgeContext>): Promise<StoredAnswer | undefined> {
  const { res: response } = context;
  if (passesByItself(response.status)) return undefined;
  const keptBody = context.get('keptBody');
  const body = keptBody ? JSON.stringify(keptBody) : await response.clone().text();
  return { status: response.status, headers: keptHeadersOf(response), body };
}

function keptHeadersOf({ headers }: Response): Record<string, string> {
  return Object.fromEntries(
    KEPT_HEADERS.flatMap((name) => {
      const value = headers.get(name);
      return value === null ? [] : [[name, value]];
    }),
  );
}

function isStream({ headers }: Response): boolean {
  return headers.get('content-type')?.startsWith('text/event-stream') ?? false;
}

/** Not enough credit, a conflict, too many requests, or a fault of ours: the same request may succeed later. */
function passesByItself(status: number): boolean {
  return status === 402 || status === 409 || status === 429 || status >= 500;
}
