import { z } from '@hono/zod-openapi';
import { accepts } from 'hono/accepts';
import type { Endpoint } from '../endpoint.ts';
import { errorResponses, REQUEST_ID_HEADER } from '../openapi/responses.ts';
import { pageHeaders } from './page-headers.ts';
import type { RouteOptions } from './route-options.ts';

/** The files of `../playground`. */
export interface PageFiles {
  fetch(request: Request): Promise<Response>;
}

export interface GetIndexOptions extends Pick<RouteOptions, 'originOf'> {
  readonly endpoints: readonly Endpoint[];
  readonly pageFiles: PageFiles;
}

/** `GET /`: the page for browsers; for whoever does not ask for HTML the endpoints, as text. */
export function getIndex({ endpoints, pageFiles, originOf }: GetIndexOptions): Endpoint {
  const lines = endpoints.map(
    ({ spec }) => `${spec.method.toUpperCase().padEnd(5)} ${spec.path.padEnd(24)} ${spec.summary}`,
  );
  const text = `galip-edge: text in, picture out, in one forward pass\n\n${lines.join('\n')}\n`;
  return {
    spec: {
      method: 'get',
      path: '/',
      operationId: 'getIndex',
      summary: 'The page; the endpoints, as text, for whoever does not ask for HTML',
      responses: {
        200: {
          description: 'HTML where Accept names it, else one line an endpoint.',
          headers: REQUEST_ID_HEADER,
          content: { 'text/plain': { schema: z.string() }, 'text/html': { schema: z.string() } },
        },
        304: { description: 'The page is as If-None-Match says.' },
        ...errorResponses('method_not_allowed', 'internal_error'),
      },
    },
    async handle(context) {
      const wanted = accepts(context, {
        header: 'Accept',
        supports: ['text/plain', 'text/html'],
        default: 'text/plain',
      });
      if (wanted === 'text/plain') return context.text(text, 200, { vary: 'Accept' });
      const url = new URL('/index.html', context.req.url);
      const page = await pageFiles.fetch(new Request(url, context.req.raw));
      const headers = new Headers(page.headers);
      for (const [name, value] of pageHeaders(originOf(context))) headers.set(name, value);
      return new Response(page.body, { status: page.status, headers });
    },
  };
}
