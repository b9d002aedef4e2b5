import { type OpenAPIHono, z } from '@hono/zod-openapi';
import { ApiError } from '../../gpu-backend/contract/errors.ts';
import { createGalip } from '../client/create-galip.ts';
import type { DescribeApi } from '../docs/api-document.ts';
import type { EdgeContext, Endpoint } from '../endpoint.ts';
import { readJson } from '../generation/read-json.ts';
import { serveMcp } from '../mcp/serve-mcp.ts';
import {
  AUTHENTICATION_ERRORS,
  BEARER_SECURITY,
  errorResponses,
  errorSchema,
  REQUEST_ID_HEADER,
} from '../openapi/responses.ts';
import type { RouteOptions } from './route-options.ts';

const messageSchema = z
  .object({
    jsonrpc: z.literal('2.0'),
    id: z.union([z.string(), z.number()]).optional(),
    method: z.string().openapi({ example: 'tools/list' }),
    params: z.object({}).loose().optional(),
  })
  .openapi('McpMessage');

const protocolErrorSchema = z
  .object({
    jsonrpc: z.literal('2.0'),
    id: z.union([z.string(), z.number(), z.null()]),
    error: z.object({ code: z.int(), message: z.string(), data: z.unknown().optional() }),
  })
  .openapi('McpError');

const errors = errorResponses(...AUTHENTICATION_ERRORS, 'method_not_allowed', 'internal_error');

export interface McpOptions extends Pick<RouteOptions, 'authenticate' | 'originOf'> {
  /** The application whose endpoints the tools call. */
  readonly app: OpenAPIHono<EdgeContext>;
  readonly describeApi: DescribeApi;
}

/** `POST /mcp`: the API as tools of the Model Context Protocol. */
export function mcp({ app, describeApi, authenticate, originOf }: McpOptions): Endpoint {
  return {
    spec: {
      method: 'post',
      path: '/mcp',
      operationId: 'callMcp',
      summary: 'Tools for language models (Model Context Protocol)',
      description:
        'Streamable HTTP without sessions, answered by JSON. The tools `generate_image` and `morph` are `POST /v1/images/generations` and `POST /v1/interpolations`, under the same key, limits and prices; what the API refuses is the tool’s error.',
      security: BEARER_SECURITY,
      request: { body: { required: true, content: { 'application/json': { schema: messageSchema } } } },
      responses: {
        200: {
          description: 'The answer, JSON-RPC 2.0.',
          headers: REQUEST_ID_HEADER,
          content: { 'application/json': { schema: z.object({ jsonrpc: z.literal('2.0') }).loose() } },
        },
        202: { description: 'A notification was taken.' },
        ...errors,
        400: {
          description: 'The body is no JSON (an error of the API), or no message of the protocol (its own).',
          headers: REQUEST_ID_HEADER,
          content: {
            'application/json': {
              schema: z.union([errorSchema, protocolErrorSchema]),
              examples: { invalid_request: { value: new ApiError('invalid_request').toBody() } },
            },
          },
        },
      },
    },
    middleware: [authenticate(['generate'])],
    async handle(context) {
      const { req, env } = context;
      const origin = originOf(context);
      const [, apiKey = ''] = (req.header('authorization') ?? '').split(' ');
      // Within this Worker, wherever its public URL leads; what is tried again is for the caller to say.
      const ask: typeof fetch = async (input, init) => {
        const { pathname, search } = new URL(String(input));
        return app.fetch(new Request(new URL(pathname + search, req.url), init), env, context.executionCtx);
      };
      const galip = createGalip({ baseUrl: origin, apiKey, fetch: ask, retries: 0 });
      const body = await readJson(req.raw);
      // One request could be hundreds then, none of them counted by any limit of the Worker's.
      if (Array.isArray(body)) {
        const message = 'body is an array; allowed is one message, since the protocol has no batches';
        throw new ApiError('invalid_request', { param: 'body', message });
      }
      return serveMcp(req.raw, { galip, document: describeApi(origin), body });
    },
  };
}
