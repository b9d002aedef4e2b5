import { z } from '@hono/zod-openapi';
import type { Endpoint } from '../endpoint.ts';
import { errorResponses, REQUEST_ID_HEADER } from '../openapi/responses.ts';

/** `GET /`: names the endpoints, for whoever opens the bare URL. */
export function getIndex(endpoints: readonly Endpoint[]): Endpoint {
  const lines = endpoints.map(
    ({ spec }) => `${spec.method.toUpperCase().padEnd(5)} ${spec.path.padEnd(24)} ${spec.summary}`,
  );
  const text = `galip-edge: text in, picture out, in one forward pass\n\n${lines.join('\n')}\n`;
  return {
    spec: {
      method: 'get',
      path: '/',
      operationId: 'getIndex',
      summary: 'The endpoints, as text',
      responses: {
        200: {
          description: 'One line an endpoint.',
          headers: REQUEST_ID_HEADER,
          content: { 'text/plain': { schema: z.string() } },
        },
        ...errorResponses('method_not_allowed', 'internal_error'),
      },
    },
    handle: (context) => context.text(text),
  };
}
