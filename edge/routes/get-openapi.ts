import { z } from '@hono/zod-openapi';
import type { DescribeApi } from '../docs/api-document.ts';
import type { Endpoint } from '../endpoint.ts';
import { errorResponses, REQUEST_ID_HEADER } from '../openapi/responses.ts';
import type { RouteOptions } from './route-options.ts';

export interface GetOpenApiOptions extends Pick<RouteOptions, 'originOf'> {
  readonly describeApi: DescribeApi;
}

/** `GET /openapi.json`: this API, as OpenAPI 3.1. */
export function getOpenApi({ describeApi, originOf }: GetOpenApiOptions): Endpoint {
  return {
    spec: {
      method: 'get',
      path: '/openapi.json',
      operationId: 'getOpenApi',
      summary: 'The API, as OpenAPI',
      description: 'With programs that run as they stand, by the extension `x-codeSamples`.',
      responses: {
        200: {
          description: 'OpenAPI 3.1.',
          headers: REQUEST_ID_HEADER,
          content: { 'application/json': { schema: z.object({ openapi: z.string() }).loose() } },
        },
        ...errorResponses('method_not_allowed', 'internal_error'),
      },
    },
    handle: (context) => context.json(describeApi(originOf(context))),
  };
}
