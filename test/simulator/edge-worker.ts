import { Hono } from 'hono';
import type { Clock } from '../../edge/durable/clock.ts';
import type { EdgeContext } from '../../edge/endpoint.ts';
import type { ImageMaker } from '../../edge/generation/make-images.ts';
import type { Idempotency } from '../../edge/idempotency/idempotency.ts';
import type { Jobs } from '../../edge/jobs/jobs.ts';
import type { OpenJobs } from '../../edge/jobs/open-jobs.ts';
import type { KeyHolder } from '../../edge/keys/key-store.ts';
import { answerErrors, type Log } from '../../edge/middleware/answer-errors.ts';
import { answerOnce } from '../../edge/middleware/answer-once.ts';
import { identify } from '../../edge/middleware/identify.ts';
import { createImages } from '../../edge/routes/create-images.ts';
import { jobEndpoints } from '../../edge/routes/jobs/job-endpoints.ts';
import type { RouteOptions } from '../../edge/routes/route-options.ts';
import type { ModelCard } from '../../gpu-backend/contract/model-card.ts';

export const ORIGIN = 'https://edge.example';

export interface EdgeWorkerOptions {
  readonly model: ModelCard;
  readonly maker: ImageMaker;
  readonly jobs: Jobs;
  readonly openJobs: OpenJobs;
  readonly idempotency: Idempotency;
  /** Keys are told by their id alone: how they are verified is not what is simulated. */
  readonly holderOf: (keyId: string) => KeyHolder | undefined;
  /** Told by which request key a request is charged, before it is done. */
  readonly onRequestKey: (requestId: string, requestKey: string) => void;
  readonly clock: Clock;
  readonly log: Log;
}

/** The real middleware and routes of image requests and jobs. */
export function createEdgeWorker(options: EdgeWorkerOptions): Hono<EdgeContext> {
  const { model, maker, jobs, openJobs, idempotency, holderOf, onRequestKey, clock, log } = options;
  const { now } = clock;
  const deferOf: RouteOptions['deferOf'] = (context) => (work) => context.executionCtx.waitUntil(work);
  const originOf: RouteOptions['originOf'] = () => ORIGIN;
  const authenticate: RouteOptions['authenticate'] = () => async (context, next) => {
    const holder = holderOf(context.req.header('authorization') ?? '');
    if (!holder) throw new Error('every simulated client has a key');
    context.set('key', holder.key);
    context.set('tenant', holder.tenant);
    await next();
  };
  const once = answerOnce({ idempotency, deferOf, clock });
  const common = { authenticate, deferOf, originOf, now };
  const app = new Hono<EdgeContext>();
  app.use(identify(now));
  app.onError(answerErrors(log));
  const endpoints = [
    createImages({
      ...common,
      model,
      jobs,
      openJobs,
      maker,
      answerOnce: (context, next) =>
        once(context, async () => {
          onRequestKey(context.get('requestId'), context.get('requestKey'));
          await next();
        }),
    }),
    ...jobEndpoints({ ...common, jobs }),
  ];
  for (const { spec, middleware = [], handle } of endpoints) {
    const path = spec.path.replaceAll(/\{(\w+)\}/gu, ':$1');
    for (const step of middleware) app.on(spec.method, path, step);
    app.on(spec.method, path, handle);
  }
  return app;
}
