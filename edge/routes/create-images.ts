import { z } from '@hono/zod-openapi';
import type { ModelCard } from '../../gpu-backend/contract/model-card.ts';
import type { Endpoint } from '../endpoint.ts';
import { fixSeeds } from '../generation/fix-seeds.ts';
import { createImageRequestSchema } from '../generation/image-request.ts';
import { imagesSchema, quoteSchema } from '../generation/images.ts';
import type { ImageMaker } from '../generation/make-images.ts';
import { createImageRequestParser } from '../generation/parse-image-request.ts';
import { readJson } from '../generation/read-json.ts';
import { type AcceptOptions, refuseJobFields, wantsJob } from '../jobs/accept-job.ts';
import type { Jobs } from '../jobs/jobs.ts';
import { tellUsage } from '../middleware/tell-usage.ts';
import { DRY_RUN_QUERY, IDEMPOTENCY_KEY, PREFER } from '../openapi/request-headers.ts';
import { BEARER_SECURITY, errorResponses, MAKING_ERRORS, REQUEST_ID_HEADER } from '../openapi/responses.ts';
import { parseQuery } from '../requests/parse-query.ts';
import { answerJob, JOB_RESPONSE } from './answer-job.ts';
import { imageCallOf } from './image-call-of.ts';
import type { RouteOptions } from './route-options.ts';

export interface CreateImagesOptions
  extends Pick<RouteOptions, 'answerOnce' | 'authenticate' | 'deferOf' | 'originOf' | 'now'> {
  readonly model: ModelCard;
  readonly maker: ImageMaker;
  readonly jobs: Jobs;
  readonly openJobs: AcceptOptions['openJobs'];
}

/** `POST /v1/images/generations`, compatible with OpenAI's Images API. */
export function createImages(options: CreateImagesOptions): Endpoint {
  const { model, maker, answerOnce, authenticate } = options;
  const parse = createImageRequestParser(model);
  return {
    spec: {
      method: 'post',
      path: '/v1/images/generations',
      operationId: 'createImages',
      summary: 'Make pictures from a prompt',
      description:
        'The same prompt, seed, size and format give the same picture, for ever. Compatible with OpenAI’s Images API.',
      security: BEARER_SECURITY,
      request: {
        query: DRY_RUN_QUERY,
        headers: z.object({ ...IDEMPOTENCY_KEY, ...PREFER }),
        body: {
          required: true,
          content: { 'application/json': { schema: createImageRequestSchema(model) } },
        },
      },
      responses: {
        200: {
          description: 'The pictures, in the order of their seeds; with dry_run, their price.',
          headers: REQUEST_ID_HEADER,
          content: { 'application/json': { schema: z.union([imagesSchema, quoteSchema]) } },
        },
        ...JOB_RESPONSE,
        ...errorResponses(...MAKING_ERRORS),
      },
    },
    // What usage is told of an answer is kept with it.
    middleware: [authenticate(['generate']), answerOnce, tellUsage()],
    async handle(context) {
      const { dry_run: dryRun } = parseQuery(DRY_RUN_QUERY, context.req.url);
      const request = await fixSeeds(parse(await readJson(context.req.raw)), context.get('requestKey'));
      const call = imageCallOf(context, options);
      const isJob = wantsJob(request, context.req.header('prefer'));
      if (!isJob) refuseJobFields(request);
      if (dryRun === 'true') return context.json(await maker.quote(request, call));
      if (isJob) return answerJob(context, request, call, options);
      const { images, allowance } = await maker.make(request, call);
      context.set('spent', { units: images.usage.units, allowance });
      return context.json(images);
    },
  };
}
