import { z } from '@hono/zod-openapi';
import type { Endpoint } from '../endpoint.ts';
import { errorResponses, REQUEST_ID_HEADER } from '../openapi/responses.ts';

const healthSchema = z.object({ status: z.literal('ok') }).openapi('Health');

/** `GET /healthz`: the Worker runs and is configured. Asks nobody else. */
export function healthz(): Endpoint {
  return {
    spec: {
      method: 'get',
      path: '/healthz',
      operationId: 'getHealth',
      summary: 'Whether the edge runs',
      responses: {
        200: {
          description: 'It runs. Says nothing about backend and store.',
          headers: REQUEST_ID_HEADER,
          content: { 'application/json': { schema: healthSchema } },
        },
        ...errorResponses('method_not_allowed', 'internal_error'),
      },
    },
    handle: (context) => context.json({ status: 'ok' } satisfies z.infer<typeof healthSchema>),
  };
}
