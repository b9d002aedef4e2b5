import { z } from '@hono/zod-openapi';
import { ApiError } from '../../gpu-backend/contract/errors.ts';
import { compositionQuoteSchema, compositionSchema } from '../compositions/composition.ts';
import type { CompositionOrder } from '../compositions/composition-order.ts';
import { createGridRequestSchema } from '../compositions/grid-request.ts';
import { createInterpolationRequestSchema } from '../compositions/interpolation-request.ts';
import type { CompositionCall, CompositionMaker } from '../compositions/make-compositions.ts';
import { streamComposition } from '../compositions/stream-composition.ts';
import type { Endpoint } from '../endpoint.ts';
import { readJson } from '../generation/read-json.ts';
import { acceptJob, refuseJobFields, wantsJob } from '../jobs/accept-job.ts';
import { jobSchema, viewOf } from '../jobs/job-view.ts';
import type { Log } from '../middleware/answer-errors.ts';
import { tellUsage } from '../middleware/tell-usage.ts';
import { DRY_RUN_QUERY, IDEMPOTENCY_KEY, PREFER } from '../openapi/request-headers.ts';
import { BEARER_SECURITY, errorResponses, MAKING_ERRORS, REQUEST_ID_HEADER } from '../openapi/responses.ts';
import { parseBody } from '../requests/parse-body.ts';
import { parseQuery } from '../requests/parse-query.ts';
import type { CreateImagesOptions } from './create-images.ts';

export interface CreateCompositionsOptions extends Omit<CreateImagesOptions, 'maker'> {
  readonly compositions: CompositionMaker;
  readonly log: Log;
}

/** `POST /v1/interpolations` and `POST /v1/grids` */
export function createCompositions(options: CreateCompositionsOptions): Endpoint[] {
  const { model } = options;
  const interpolation = createInterpolationRequestSchema(model);
  const grid = createGridRequestSchema(model);
  return [
    endpointOf(options, {
      path: '/v1/interpolations',
      operationId: 'createInterpolation',
      summary: 'Make a way from picture to picture',
      description:
        'Frames from key frame to key frame, as an animation, a sprite sheet or one by one. Each frame is an ordinary picture: made, cached, charged and named as one. Where it breaks off, what was made is charged, and found when the request is sent again.',
      schema: interpolation,
      read: (body) => ({ kind: 'interpolation', request: parseBody(interpolation, body) }),
    }),
    endpointOf(options, {
      path: '/v1/grids',
      operationId: 'createGrid',
      summary: 'Make a sheet of pictures that differ in two ways',
      description:
        'A labelled sheet whose columns and rows each change one parameter. Each cell is an ordinary picture: made, cached, charged and named as one. Where it breaks off, what was made is charged, and found when the request is sent again.',
      schema: grid,
      read: (body) => ({ kind: 'grid', request: parseBody(grid, body) }),
    }),
  ];
}

interface Kind {
  readonly path: string;
  readonly operationId: string;
  readonly summary: string;
  readonly description: string;
  readonly schema: z.ZodObject;
  /** Checks a body. @throws ApiError `invalid_request`. */
  readonly read: (body: unknown) => CompositionOrder;
}

function endpointOf(options: CreateCompositionsOptions, { schema, read, ...spec }: Kind): Endpoint {
  const { model, compositions, jobs, openJobs, answerOnce, authenticate, deferOf, originOf, now, log } =
    options;
  return {
    spec: {
      method: 'post',
      ...spec,
      security: BEARER_SECURITY,
      request: {
        query: DRY_RUN_QUERY,
        headers: z.object({ ...IDEMPOTENCY_KEY, ...PREFER }),
        body: { required: true, content: { 'application/json': { schema } } },
      },
      responses: {
        200: {
          description:
            'The file and its pictures; with dry_run, their price; with `stream`, events: `picture`, `done`, `error`.',
          headers: REQUEST_ID_HEADER,
          content: {
            'application/json': { schema: z.union([compositionSchema, compositionQuoteSchema]) },
            'text/event-stream': { schema: z.string() },
          },
        },
        202: {
          description: 'Accepted as a job: with `async`, or the header `Prefer: respond-async`.',
          headers: {
            ...REQUEST_ID_HEADER,
            location: { description: 'The job.', schema: { type: 'string' } },
          },
          content: { 'application/json': { schema: jobSchema } },
        },
        ...errorResponses(...MAKING_ERRORS),
      },
    },
    // What usage is told of an answer is kept with it.
    middleware: [authenticate(['generate']), answerOnce, tellUsage()],
    async handle(context) {
      const { dry_run: dryRun } = parseQuery(DRY_RUN_QUERY, context.req.url);
      const order = read(await readJson(context.req.raw));
      const { request } = order;
      const defer = deferOf(context);
      const call: CompositionCall = {
        principal: context.get('key'),
        tenant: context.get('tenant'),
        requestKey: context.get('requestKey'),
        origin: originOf(context),
        defer,
        deadline: context.get('deadline'),
        traceparent: context.get('traceparent'),
        isRetry: context.get('isRetry'),
      };
      if (request.stream && request.async) {
        const message = 'stream and async exclude each other';
        throw new ApiError('invalid_request', { param: 'stream', message });
      }
      const prefer = context.req.header('prefer');
      const isJob = !request.stream && wantsJob(request, prefer);
      if (!isJob) refuseJobFields(request);
      if (dryRun === 'true') return context.json(await compositions.quote(order, call));
      if (isJob) {
        const job = await acceptJob(order, call, { jobs, openJobs, model, now });
        return context.json({ ...viewOf(job), webhook: job.webhook }, 202, {
          location: `/v1/jobs/${job.id}`,
          'retry-after': '1',
          ...(prefer !== undefined && { 'preference-applied': 'respond-async' }),
        });
      }
      if (request.stream) {
        context.set('chargedLater', true);
        return streamComposition({
          make: async (onPicture) => (await compositions.make(order, { ...call, onPicture })).composition,
          ...{ defer, log, keepEnd: context.get('keepEnd') },
        });
      }
      const { composition, allowance } = await compositions.make(order, call);
      context.set('spent', { units: composition.usage.units, allowance });
      return context.json(composition);
    },
  };
}
