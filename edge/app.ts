import { OpenAPIHono, z } from '@hono/zod-openapi';
import { every } from 'hono/combine';
import { ApiError } from '../gpu-backend/contract/errors.ts';
import type { ModelCard } from '../gpu-backend/contract/model-card.ts';
import { type ReceiptSigner, receiptSchema } from '../gpu-backend/contract/receipt.ts';
import type { SigningKey } from '../gpu-backend/contract/signature.ts';
import type { ObjectStore } from './adapters/object-store.ts';
import type { PictureCache } from './adapters/picture-cache.ts';
import type { Scorer } from './adapters/scorer.ts';
import { createCompositionMaker } from './compositions/make-compositions.ts';
import { createDescribeApi } from './docs/api-document.ts';
import type { Clock } from './durable/clock.ts';
import type { EdgeContext, Endpoint } from './endpoint.ts';
import type { Flights } from './flight/flight.ts';
import { createImageMaker } from './generation/make-images.ts';
import type { Idempotency } from './idempotency/idempotency.ts';
import type { Jobs } from './jobs/jobs.ts';
import { createKeptKeys } from './keys/kept-keys.ts';
import type { KeyRegistry } from './keys/key-registry.ts';
import type { KeyStore } from './keys/key-store.ts';
import type { TenantRegistry } from './keys/tenant-registry.ts';
import { createKeyVerifier } from './keys/verify-key.ts';
import type { AccountOf, LedgerOf } from './ledger/ledger.ts';
import type { Prices } from './ledger/prices.ts';
import { liveAnswerSchema } from './live/live-answers.ts';
import { answerErrors, type Log } from './middleware/answer-errors.ts';
import { answerOnce } from './middleware/answer-once.ts';
import { authenticate, createAdmit } from './middleware/authenticate.ts';
import { crossOrigin } from './middleware/cross-origin.ts';
import { identify } from './middleware/identify.ts';
import { tellAllowance } from './middleware/tell-allowance.ts';
import { withUsageHeaders } from './openapi/responses.ts';
import { createPictureSource } from './pictures/picture-source.ts';
import { createOpenPicture } from './pictures/remake-picture.ts';
import type { PromptPolicy } from './policy/prompt-policy.ts';
import type { RecipeBook } from './recipes/recipe-book.ts';
import { accountEndpoints } from './routes/account/account-endpoints.ts';
import { adminEndpoints } from './routes/admin/admin-endpoints.ts';
import { createCompositions } from './routes/create-compositions.ts';
import { type CreateImagesOptions, createImages } from './routes/create-images.ts';
import { getDocs } from './routes/get-docs.ts';
import { getIndex, type PageFiles } from './routes/get-index.ts';
import { getOpenApi } from './routes/get-openapi.ts';
import { getPicture } from './routes/get-picture.ts';
import { getPrivatePicture } from './routes/get-private-picture.ts';
import { getUrlSigningSecret } from './routes/get-url-signing-secret.ts';
import { healthz } from './routes/healthz.ts';
import { jobEndpoints } from './routes/jobs/job-endpoints.ts';
import { live } from './routes/live.ts';
import { mcp } from './routes/mcp.ts';
import { getModel, listModels } from './routes/models.ts';
import type { RouteOptions } from './routes/route-options.ts';
import { signedPicture } from './routes/signed-picture.ts';
import { webhookEndpoints } from './routes/webhooks/webhook-endpoints.ts';
import type { UrlPresets } from './signed-urls/url-options.ts';
import type { ResolveHost } from './webhooks/resolve-host.ts';
import type { WebhooksOf } from './webhooks/webhooks.ts';

export interface AppOptions {
  readonly model: ModelCard;
  /** Origin that picture URLs begin with; undefined: that of the request. */
  readonly publicUrl: string | undefined;
  readonly keys: KeyStore;
  readonly keyRegistry: KeyRegistry;
  readonly tenants: TenantRegistry;
  readonly idempotency: Idempotency;
  readonly jobs: Jobs;
  readonly openJobs: CreateImagesOptions['openJobs'];
  readonly webhooksOf: WebhooksOf;
  /** Where a webhook's host leads. */
  readonly resolveHost: ResolveHost;
  readonly store: ObjectStore;
  readonly cache: PictureCache;
  readonly flights: Flights;
  readonly recipes: Pick<RecipeBook, 'find'>;
  readonly ledgerOf: LedgerOf;
  readonly accountOf: AccountOf;
  readonly prices: Prices;
  readonly policy: PromptPolicy;
  readonly scorer: Scorer;
  /** Secrets that signed image URLs derive from, the newest first; undefined: there are no signed URLs. */
  readonly urlSigningKeys: readonly SigningKey[] | undefined;
  readonly urlPresets: UrlPresets;
  /** Undefined: there are no receipts. */
  readonly receiptSigner: ReceiptSigner | undefined;
  /** The page's. */
  readonly pageFiles: PageFiles;
  readonly clock: Clock;
  readonly log: Log;
}

/** The whole API: what every request passes, then one endpoint, or 404 or 405. */
export function createApp(options: AppOptions): OpenAPIHono<EdgeContext> {
  const {
    model,
    publicUrl,
    keys,
    keyRegistry,
    tenants,
    idempotency,
    jobs,
    openJobs,
    webhooksOf,
    resolveHost,
    store,
    cache,
    flights,
    recipes,
    ledgerOf,
    accountOf,
    prices,
    policy,
    scorer,
    urlSigningKeys,
    urlPresets,
    receiptSigner,
    pageFiles,
    clock,
    log,
  } = options;
  const { now } = clock;
  const app = new OpenAPIHono<EdgeContext>();
  const originOf: RouteOptions['originOf'] = ({ req }) => publicUrl ?? new URL(req.url).origin;
  const deferOf: RouteOptions['deferOf'] = (context) => (work) =>
    context.executionCtx.waitUntil(
      work.catch(({ name, message }: Error) =>
        log({ level: 'warn', event: 'deferred', cause: `${name}: ${message}` }),
      ),
    );
  const kept = createKeptKeys({ store: keys, now });
  const admit = createAdmit(createKeyVerifier({ kept, store: keys, now }));
  const route: RouteOptions = {
    authenticate: (scopes) => every(authenticate(scopes, { admit, deferOf }), tellAllowance(ledgerOf)),
    answerOnce: answerOnce({ idempotency, deferOf, clock }),
    originOf,
    deferOf,
    sourceOf: (context) =>
      createPictureSource({ store, cache, origin: originOf(context), defer: deferOf(context) }),
    now,
  };

  const maker = createImageMaker({
    ...{ model, store, cache, flights, ledgerOf, prices, policy, scorer, clock, log },
  });
  const compositions = createCompositionMaker({
    ...{ model, store, cache, flights, ledgerOf, prices, policy, clock, log },
  });
  const openPicture = createOpenPicture({ recipes, flights, model, now });

  app.use(identify(now));
  app.use(crossOrigin());
  app.onError(answerErrors(log));
  app.notFound(() => new ApiError('not_found').toResponse());

  const describeApi = createDescribeApi(app);
  const endpoints = [
    createImages({ ...route, model, maker, jobs, openJobs }),
    ...createCompositions({ ...route, model, compositions, jobs, openJobs, log }),
    live({ ...route, model, maker, admit, clock, log }),
    getPicture({ ...route, openPicture }),
    getPrivatePicture({ ...route, openPicture }),
    signedPicture({ ...route, model, maker, compositions, keys: kept, urlSigningKeys, urlPresets }),
    getUrlSigningSecret({ ...route, urlSigningKeys }),
    listModels({ ...route, model }),
    getModel({ ...route, model }),
    ...jobEndpoints({ ...route, jobs }),
    ...webhookEndpoints({ ...route, webhooksOf, resolveHost }),
    ...adminEndpoints({ ...route, keys: keyRegistry, tenants }),
    ...accountEndpoints({ ...route, accountOf, tenants, receiptSigner }),
    healthz(),
    getOpenApi({ describeApi, originOf }),
    getDocs({ describeApi, originOf }),
    mcp({ ...route, app, describeApi }),
  ];
  mount(app, [...endpoints, getIndex({ ...route, endpoints, pageFiles })]);
  // Stands in no answer's schema: those are lines of JSON.
  app.openAPIRegistry.register('LiveAnswer', liveAnswerSchema);
  app.openAPIRegistry.register('Receipt', z.strictObject(receiptSchema.shape));
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
      for (const entry of headSpec ? [spec, headSpec] : [spec]) {
        app.openAPIRegistry.registerPath(withUsageHeaders(entry));
      }
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
