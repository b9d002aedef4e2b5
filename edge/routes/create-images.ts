import { z } from '@hono/zod-openapi';
import { seedSchema } from '../../gpu-backend/contract/generate.ts';
import { IMAGE_FORMAT_NAMES } from '../../gpu-backend/contract/image-format.ts';
import type { ModelCard } from '../../gpu-backend/contract/model-card.ts';
import type { Backend } from '../adapters/backend.ts';
import type { Endpoint } from '../endpoint.ts';
import { createImageRequestSchema } from '../generation/image-request.ts';
import { obtainPictures } from '../generation/obtain-pictures.ts';
import { createImageRequestParser } from '../generation/parse-image-request.ts';
import { type PlannedPicture, planPictures } from '../generation/plan-pictures.ts';
import { readJson } from '../generation/read-json.ts';
import { BEARER_SECURITY, errorResponses, REQUEST_ID_HEADER } from '../openapi/responses.ts';
import { pictureUrlOf } from '../pictures/picture-name.ts';
import type { RouteOptions } from './route-options.ts';

const imageSchema = z.object({
  url: z.url().optional().openapi({ description: 'Public, immutable; with response_format "url".' }),
  b64_json: z.base64().optional().openapi({ description: 'With response_format "b64_json".' }),
  seed: seedSchema,
  fingerprint: z.string().regex(/^[0-9a-f]{64}$/u),
  cache: z.enum(['hit', 'miss']).openapi({ description: 'Whether the picture existed or was made now.' }),
});

const imagesSchema = z
  .object({
    created: z.int().openapi({ description: 'Seconds since 1970.' }),
    model: z.string(),
    size: z.string().openapi({ example: '64x64' }),
    output_format: z.enum(IMAGE_FORMAT_NAMES),
    native: z.int().openapi({ description: "Edge of the model's own pictures; other sizes are resampled." }),
    data: z.array(imageSchema),
  })
  .openapi('Images');

type Images = z.infer<typeof imagesSchema>;

export interface CreateImagesOptions
  extends Pick<RouteOptions, 'authenticate' | 'sourceOf' | 'originOf' | 'now'> {
  readonly model: ModelCard;
  readonly backend: Backend;
}

/** `POST /v1/images/generations`, compatible with OpenAI's Images API. */
export function createImages(options: CreateImagesOptions): Endpoint {
  const { model, backend, authenticate, sourceOf, originOf, now } = options;
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
          'internal_error',
          'backend_unavailable',
          'storage_unavailable',
        ),
      },
    },
    middleware: [authenticate(['generate'])],
    async handle(context) {
      const request = parse(await readJson(context.req.raw));
      const planned = await planPictures(request, model);
      const withBytes = request.response_format === 'b64_json';
      const pictures = await obtainPictures(planned, { source: sourceOf(context), backend, withBytes });
      const origin = originOf(context);
      const data = pictures.map(({ recipe, fingerprint, cache, bytes }): Images['data'][number] => {
        const image = bytes
          ? { b64_json: bytes.toBase64() }
          : { url: pictureUrlOf({ fingerprint, format: recipe.format }, origin) };
        return { ...image, seed: recipe.seed, fingerprint, cache };
      });
      return context.json({
        ...summary(planned, model),
        created: Math.floor(now() / 1000),
        data,
      } satisfies Images);
    },
  };
}

function summary(planned: readonly PlannedPicture[], model: ModelCard): Omit<Images, 'created' | 'data'> {
  const [first] = planned;
  if (!first) throw new Error('a valid request asks for at least one picture');
  const { size, format } = first.recipe;
  return { model: model.id, size: `${size}x${size}`, output_format: format, native: model.imageSize };
}
