import { OpenAPIHono } from '@hono/zod-openapi';
import { cors } from 'hono/cors';
import { ApiError } from '../gpu-backend/contract/errors.ts';
import type { ModelCard } from '../gpu-backend/contract/model-card.ts';
import type { Backend } from './adapters/backend.ts';
import type { KeyStore } from './adapters/key-store.ts';
import type { ObjectStore } from './adapters/object-store.ts';
import type { PictureCache } from './adapters/picture-cache.ts';
import type { EdgeContext, Endpoint } from './endpoint.ts';
import { answerErrors, type Log } from './middleware/answer-errors.ts';
import { authenticate } from './middleware/authenticate.ts';
import { identify } from './middleware/identify.ts';
import { createPictureSource } from './pictures/picture-source.ts';
import { createImages } from './routes/create-images.ts';
import { getIndex } from './routes/get-index.ts';
import { getOpenApi } from './routes/get-openapi.ts';
import { getPicture } from './routes/get-picture.ts';
import { healthz } from './routes/healthz.ts';
import { getModel, listModels } from './routes/models.ts';
import type { RouteOptions } from './routes/route-options.ts';

/** Seconds that a browser may remember a preflight's answer; more than a day none does. */
const PREFLIGHT_MAX_AGE_S = 86_400;

export interface AppOptions {
  readonly model: ModelCard;
  /** Origin that picture URLs begin with; undefined: that of the request. */
  readonly publicUrl: string | undefined;
  readonly keys: KeyStore;
  readonly store: ObjectStore;
  readonly cache: PictureCache;
  readonly backend: Backend;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly log: Log;
}

/** The whole API: what every request passes, then one endpoint, or 404 or 405. */
export function createApp(options: AppOptions): OpenAPIHono<EdgeContext> {
  const { model, publicUrl, keys, store, cache, backend, now, log } = options;
  const app = new OpenAPIHono<EdgeContext>();
  const originOf: RouteOptions['originOf'] = ({ req }) => publicUrl ?? new URL(req.url).origin;
  const route: RouteOptions = {
    authenticate: (scopes) => authenticate(scopes, { keys, now }),
    originOf,
    sourceOf: (context) => {
      const defer = (work: Promise<unknown>): void =>
        context.executionCtx.waitUntil(
          work.catch(({ name, message }: Error) =>
            log({ level: 'warn', event: 'cache_put', cause: `${name}: ${message}` }),
          ),
        );
      return createPictureSource({ store, cache, origin: originOf(context), defer });
    },
    now,
  };

  app.use(identify());
  app.use(
    cors({
      origin: '*',
      allowMethods: ['GET', 'HEAD', 'POST'],
      exposeHeaders: ['x-request-id', 'retry-after', 'etag', 'content-range'],
      maxAge: PREFLIGHT_MAX_AGE_S,
    }),
  );
  app.onError(answerErrors(log));
  app.notFound(() => new ApiError('not_found').toResponse());

  const endpoints = [
    createImages({ ...route, model, backend }),
    getPicture(route),
    listModels({ ...route, model }),
    getModel({ ...route, model }),
    healthz(),
    getOpenApi({ app, originOf }),
  ];
  mount(app, [...endpoints, getIndex(endpoints)]);
  app.openAPIRegistry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
    description: 'An API key, glp_….',
  });
  return app;
}

function mount(app: OpenAPIHono<EdgeContext>, endpoints: readonly Endpoint[]): void {
  const byPattern = Map.groupBy(
    endpoints,
    ({ spec, pattern }) => pattern ?? spec.path.replaceAll(/\{(\w+)\}/gu, ':$1'),
  );
  for (const [pattern, alternatives] of byPattern) {
    for (const { spec, headSpec, middleware = [], handle } of alternatives) {
      for (const entry of headSpec ? [spec, headSpec] : [spec]) app.openAPIRegistry.registerPath(entry);
      for (const step of middleware) app.on(spec.method, pattern, step);
      app.on(spec.method, pattern, handle);
    }
    const methods = new Set(alternatives.map(({ spec }) => spec.method.toUpperCase()));
    // Hono answers HEAD by GET's handler.
    if (methods.has('GET')) methods.add('HEAD');
    const allow = [...methods, 'OPTIONS'].join(', ');
    app.all(pattern, () => {
      const response = new ApiError('method_not_allowed', {
        message: `Allowed here: ${allow}.`,
      }).toResponse();
      response.headers.set('allow', allow);
      return response;
    });
  }
}
