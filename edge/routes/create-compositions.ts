import { z } from '@hono/zod-openapi';
import { ApiError } from '../../gpu-backend/contract/errors.ts';
import { compositionQuoteSchema, compositionSchema } from '../compositions/composition.ts';
import type { CompositionOrder } from '../compositions/composition-order.ts';
import { createGridRequestSchema } from '../compositions/grid-request.ts';
import { createInterpolationRequestSchema } from '../compositions/interpolation-request.ts';
import type { CompositionMaker } from '../compositions/make-compositions.ts';
import { streamComposition } from '../compositions/stream-composition.ts';
import type { Endpoint } from '../endpoint.ts';
import { readJson } from '../generation/read-json.ts';
import { refuseJobFields, wantsJob } from '../jobs/accept-job.ts';
import type { Log } from '../middleware/answer-errors.ts';
import { tellUsage } from '../middleware/tell-usage.ts';
import { DRY_RUN_QUERY, IDEMPOTENCY_KEY, PREFER } from '../openapi/request-headers.ts';
import { BEARER_SECURITY, errorResponses, MAKING_ERRORS, REQUEST_ID_HEADER } from '../openapi/responses.ts';
import { parseBody } from '../requests/parse-body.ts';
import { parseQuery } from '../requests/parse-query.ts';
import { answerJob, JOB_RESPONSE } from './answer-job.ts';
import type { CreateImagesOptions } from './create-images.ts';
import { imageCallOf } from './image-call-of.ts';

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
  const { compositions, answerOnce, authenticate, log } = options;
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
        ...JOB_RESPONSE,
        ...errorResponses(...MAKING_ERRORS),
      },
    },
    // What usage is told of an answer is kept with it.
    middleware: [authenticate(['generate']), answerOnce, tellUsage()],
    async handle(context) {
      const { dry_run: dryRun } = parseQuery(DRY_RUN_QUERY, context.req.url);
      const order = read(await readJson(context.req.raw));
      const { request } = order;
      const call = imageCallOf(context, options);
      if (request.stream && request.async) {
        const message = 'stream and async exclude each other';
        throw new ApiError('invalid_request', { param: 'stream', message });
      }
      const isJob = !request.stream && wantsJob(request, context.req.header('prefer'));
      if (!isJob) refuseJobFields(request);
      if (dryRun === 'true') return context.json(await compositions.quote(order, call));
      if (isJob) return answerJob(context, order, call, options);
      if (request.stream) {
        context.set('chargedLater', true);
        return streamComposition({
          make: async (onPicture) => (await compositions.make(order, { ...call, onPicture })).composition,
          ...{ defer: call.defer, log, keepEnd: context.get('keepEnd') },
        });
      }
      const { composition, allowance } = await compositions.make(order, call);
      context.set('spent', { units: composition.usage.units, allowance });
      return context.json(composition);
    },
  };
}
