import { Hono, type MiddlewareHandler } from 'hono';
import { ApiError } from '../contract/errors.ts';
import type { ModelCard } from '../contract/model-card.ts';
import type { Generator } from '../serving/generator.ts';
import { Overloaded } from '../serving/overloaded.ts';
import { type ComposeRouteOptions, createComposeRoute } from './compose-route.ts';
import { createGenerateRoute, type GenerateRouteOptions } from './generate-route.ts';
import { createInferenceProtocol } from './inference-protocol.ts';
import { describeError, type Log } from './json-log.ts';
import { createScoreRoute, type ScoreRouteOptions } from './score-route.ts';
import { traceContextOf } from './trace-context.ts';
import type { TracedEnv } from './tracing/traced-env.ts';
import { NO_TRACER, type Tracer } from './tracing/tracer.ts';

type Readiness = 'ready' | 'starting' | 'stopping';

export interface AppOptions
  extends Omit<GenerateRouteOptions, 'generator'>,
    ScoreRouteOptions,
    ComposeRouteOptions {
  /** Of the model that runs now. */
  readonly generator: () => Pick<Generator, 'generate' | 'score'>;
  /** The model that runs now. */
  readonly model: () => ModelCard;
  /** `starting` until the model has been warmed, and again while it is replaced. */
  readonly readiness: () => Readiness;
  readonly log: Log;
  /** Traces requests for work; none where it is left out. */
  readonly tracer?: Tracer;
}

/** All that the backend answers to. */
export function createApp(options: AppOptions): Hono {
  const { model, readiness, metrics } = options;
  const app = new Hono();
  app.get('/health/live', (context) => context.json({ status: 'live' }));
  app.get('/health/ready', (context) => {
    const status = readiness();
    const { id, digest } = model();
    return context.json({ status, model: { id, digest } }, status === 'ready' ? 200 : 503);
  });
  app.route('/', createInferenceProtocol({ model, isReady: () => readiness() === 'ready' }));
  app.get('/v1/models', (context) => context.json(model()));
  app.get('/metrics', () => metrics.render());
  app.use('/v1/generate', reportOutcome('generate', options));
  app.use('/v1/scores', reportOutcome('score', options));
  app.use('/v1/compose', reportOutcome('compose', options));
  app.route('/', createGenerateRoute(options));
  app.route('/', createScoreRoute(options));
  app.route('/', createComposeRoute(options));
  app.notFound(() => new ApiError('not_found').toResponse());
  app.onError((error) => apiErrorOf(error).toResponse());
  return app;
}

/** Counts, logs and traces each request once, whatever became of it. */
function reportOutcome(
  event: 'generate' | 'score' | 'compose',
  { metrics, log, tracer = NO_TRACER }: Pick<AppOptions, 'metrics' | 'log' | 'tracer'>,
): MiddlewareHandler<TracedEnv> {
  return async (context, next) => {
    const startedAt = performance.now();
    const { headers, method } = context.req.raw;
    const trace = tracer.start(`${method} ${context.req.path}`, headers);
    context.set('trace', trace);
    await next();
    const error = context.error && apiErrorOf(context.error);
    const outcome = error?.code ?? 'ok';
    metrics.countRequest(outcome);
    if (error instanceof Overloaded) metrics.countShed(error.reason);
    trace.end({ status: context.res.status, attributes: { 'galip.outcome': outcome } });
    const caller = traceContextOf(headers);
    log({
      event,
      outcome,
      ms: Math.round(performance.now() - startedAt),
      ...(caller && { traceId: caller.traceId, parentId: caller.parentId }),
      ...(error?.param && { param: error.param }),
      ...(error?.cause !== undefined && { cause: describeError(error.cause) }),
      ...(outcome === 'internal_error' && error?.cause instanceof Error && { stack: error.cause.stack }),
    });
  };
}

/** Errors that are not meant for clients become `internal_error`, themselves the cause. */
function apiErrorOf(error: unknown): ApiError {
  return error instanceof ApiError ? error : new ApiError('internal_error', { cause: error });
}
