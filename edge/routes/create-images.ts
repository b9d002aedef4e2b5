import type { ModelCard } from '../../gpu-backend/contract/model-card.ts';
import type { Endpoint } from '../endpoint.ts';
import { createImageRequestSchema } from '../generation/image-request.ts';
import { imagesSchema } from '../generation/images.ts';
import type { MakeImages } from '../generation/make-images.ts';
import { createImageRequestParser } from '../generation/parse-image-request.ts';
import { readJson } from '../generation/read-json.ts';
import { BEARER_SECURITY, errorResponses, REQUEST_ID_HEADER } from '../openapi/responses.ts';
import type { RouteOptions } from './route-options.ts';

export interface CreateImagesOptions
  extends Pick<RouteOptions, 'answerOnce' | 'authenticate' | 'deferOf' | 'originOf'> {
  readonly model: ModelCard;
  readonly makeImages: MakeImages;
}

/** `POST /v1/images/generations`, compatible with OpenAI's Images API. */
export function createImages(options: CreateImagesOptions): Endpoint {
  const { model, makeImages, answerOnce, authenticate, deferOf, originOf } = options;
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
        body: {
          required: true,
          content: { 'application/json': { schema: createImageRequestSchema(model) } },
        },
      },
      responses: {
        200: {
          description: 'The pictures, in the order of their seeds.',
          headers: REQUEST_ID_HEADER,
          content: { 'application/json': { schema: imagesSchema } },
        },
        ...errorResponses(
          'invalid_request',
          'invalid_api_key',
          'insufficient_scope',
          'model_not_found',
          'method_not_allowed',
          'request_in_progress',
          'idempotency_key_reused',
          'internal_error',
          'backend_unavailable',
          'storage_unavailable',
        ),
      },
    },
    middleware: [authenticate(['generate']), answerOnce],
    async handle(context) {
      const request = parse(await readJson(context.req.raw));
      const images = await makeImages(request, {
        principal: context.get('key'),
        requestKey: context.get('requestKey'),
        origin: originOf(context),
        defer: deferOf(context),
        signal: context.req.raw.signal,
      });
      return context.json(images);
    },
  };
}
