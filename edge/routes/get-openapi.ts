import { type OpenAPIHono, z } from '@hono/zod-openapi';
import type { EdgeContext, Endpoint } from '../endpoint.ts';
import { errorResponses, REQUEST_ID_HEADER } from '../openapi/responses.ts';
import type { RouteOptions } from './route-options.ts';

export interface GetOpenApiOptions extends Pick<RouteOptions, 'originOf'> {
  /** The application that the document describes. */
  readonly app: OpenAPIHono<EdgeContext>;
}

/** `GET /openapi.json`: this API, as OpenAPI 3.1. */
export function getOpenApi({ app, originOf }: GetOpenApiOptions): Endpoint {
  return {
    spec: {
      method: 'get',
      path: '/openapi.json',
      operationId: 'getOpenApi',
      summary: 'This document',
      responses: {
        200: {
          description: 'OpenAPI 3.1.',
          headers: REQUEST_ID_HEADER,
          content: { 'application/json': { schema: z.object({ openapi: z.string() }).loose() } },
        },
        ...errorResponses('method_not_allowed', 'internal_error'),
      },
    },
    handle: (context) =>
      context.json(
        withPlainPatterns(
          app.getOpenAPI31Document({
            openapi: '3.1.0',
            info: {
              title: 'galip-edge',
              version: '1',
              description: 'Text in, picture out, in one forward pass. Errors have the body of OpenAI’s API.',
              license: { name: 'MIT', url: 'https://spdx.org/licenses/MIT.html' },
            },
            servers: [{ url: originOf(context) }],
          }),
        ),
      ),
  };
}

/** zod-to-openapi leaves the flag of a regular expression behind its source (`^a$/u`); JSON Schema's have none. */
function withPlainPatterns<T extends object>(document: T): T {
  return JSON.parse(
    JSON.stringify(document, (name, value) =>
      name === 'pattern' && typeof value === 'string' ? value.replace(/\/u$/u, '') : value,
    ),
  );
}
