import { z } from '@hono/zod-openapi';
import { renderDocs } from '../docs/page/render-docs.ts';
import { STYLE } from '../docs/page/style.ts';
import type { Endpoint } from '../endpoint.ts';
import { errorResponses, REQUEST_ID_HEADER } from '../openapi/responses.ts';
import type { GetOpenApiOptions } from './get-openapi.ts';
import { DOCUMENT_HEADERS } from './page-headers.ts';

/** `GET /docs`: the OpenAPI document as a page to read. */
export function getDocs({ describeApi, originOf }: GetOpenApiOptions): Endpoint {
  return {
    spec: {
      method: 'get',
      path: '/docs',
      operationId: 'getDocs',
      summary: 'The API, to read',
      responses: {
        200: {
          description: 'A page without scripts, which asks for nothing else.',
          headers: REQUEST_ID_HEADER,
          content: { 'text/html': { schema: z.string() } },
        },
        ...errorResponses('method_not_allowed', 'internal_error'),
      },
    },
    async handle(context) {
      const headers = {
        // Its examples name the host that was asked: no shared cache may keep that for others.
        'cache-control': 'private, max-age=300',
        'content-security-policy': await contentPolicy(),
        ...DOCUMENT_HEADERS,
      };
      return context.html(await renderDocs(describeApi(originOf(context))), 200, headers);
    },
  };
}

/** Nothing but the page's own style and icon. @see https://www.w3.org/TR/CSP3/ */
async function contentPolicy(): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(STYLE));
  const hash = btoa(String.fromCharCode(...new Uint8Array(digest)));
  const closed = ["default-src 'none'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"];
  return [...closed, "img-src 'self'", `style-src 'sha256-${hash}'`].join('; ');
}
