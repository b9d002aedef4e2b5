import { z } from '@hono/zod-openapi';
import { ApiError } from '../../gpu-backend/contract/errors.ts';
import { IMAGE_FORMAT_NAMES } from '../../gpu-backend/contract/image-format.ts';
import type { ModelCard } from '../../gpu-backend/contract/model-card.ts';
import type { Endpoint } from '../endpoint.ts';
import { sizeLimitsOf } from '../generation/image-request.ts';
import type { Scope } from '../keys/key-record.ts';
import {
  AUTHENTICATION_ERRORS,
  BEARER_SECURITY,
  errorResponses,
  REQUEST_ID_HEADER,
} from '../openapi/responses.ts';
import type { RouteOptions } from './route-options.ts';

const modelSchema = z
  .object({
    id: z.string(),
    object: z.literal('model'),
    created: z.int().openapi({ description: 'Always 0: the digest, not a date, tells versions apart.' }),
    owned_by: z.string(),
    digest: z.string().openapi({ description: 'SHA-256 over all that decides a picture.' }),
    native: z.int().openapi({ description: "Edge of the model's own pictures, pixels." }),
    stages: z.int().openapi({
      description: 'Stages that can have prompts of their own, numbered from 0, coarse to fine.',
    }),
    judge: z.string().nullable().openapi({
      description:
        'Name of the judge that best_of has beside the model’s own CLIP, one that took no part in the training; null: none.',
      example: 'emoji-64-judge',
    }),
    licence: z.string(),
    commercialUse: z.boolean(),
    formats: z.array(z.enum(IMAGE_FORMAT_NAMES)),
    sizes: z.object({ min: z.int(), max: z.int(), default: z.int() }),
  })
  .openapi('Model');

const modelsSchema = z.object({ object: z.literal('list'), data: z.array(modelSchema) }).openapi('Models');

const SCOPES: readonly Scope[] = ['read', 'generate'];

export type ModelsOptions = Pick<RouteOptions, 'authenticate'> & { readonly model: ModelCard };

/** `GET /v1/models`: OpenAI's list, with what a client must know of sizes and licence. */
export function listModels({ model, authenticate }: ModelsOptions): Endpoint {
  return {
    spec: {
      method: 'get',
      path: '/v1/models',
      operationId: 'listModels',
      summary: 'The models',
      security: BEARER_SECURITY,
      responses: {
        200: {
          description: 'All models; there is one.',
          headers: REQUEST_ID_HEADER,
          content: { 'application/json': { schema: modelsSchema } },
        },
        ...errorResponses(...AUTHENTICATION_ERRORS, 'method_not_allowed', 'internal_error'),
      },
    },
    middleware: [authenticate(SCOPES)],
    handle: (context) =>
      context.json({ object: 'list', data: [describe(model)] } satisfies z.infer<typeof modelsSchema>),
  };
}

/** `GET /v1/models/{id}` */
export function getModel({ model, authenticate }: ModelsOptions): Endpoint {
  return {
    spec: {
      method: 'get',
      path: '/v1/models/{id}',
      operationId: 'getModel',
      summary: 'One model',
      security: BEARER_SECURITY,
      request: { params: z.object({ id: z.string().openapi({ example: model.id }) }) },
      responses: {
        200: {
          description: 'The model.',
          headers: REQUEST_ID_HEADER,
          content: { 'application/json': { schema: modelSchema } },
        },
        ...errorResponses(
          ...AUTHENTICATION_ERRORS,
          'model_not_found',
          'method_not_allowed',
          'internal_error',
        ),
      },
    },
    middleware: [authenticate(SCOPES)],
    handle(context) {
      if (context.req.param('id') !== model.id) throw new ApiError('model_not_found', { param: 'model' });
      return context.json(describe(model));
    },
  };
}

function describe(model: ModelCard): z.infer<typeof modelSchema> {
  return {
    id: model.id,
    object: 'model',
    created: 0,
    owned_by: 'galip-edge',
    digest: model.digest,
    native: model.imageSize,
    stages: model.stages ?? 0,
    judge: model.judge?.name ?? null,
    licence: model.licence,
    commercialUse: model.commercialUse,
    formats: [...IMAGE_FORMAT_NAMES],
    sizes: { ...sizeLimitsOf(model), default: model.imageSize },
  };
}
