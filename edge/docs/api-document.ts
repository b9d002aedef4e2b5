import type { OpenAPIHono } from '@hono/zod-openapi';
import type { EdgeContext } from '../endpoint.ts';
import type { ApiDocument } from './document.ts';
import { withSamples } from './samples/with-samples.ts';

/** The API of a server at an origin, as OpenAPI 3.1 with an example of each body and programs that run there. */
export type DescribeApi = (origin: string) => ApiDocument;

/** What describes `app`. The last answer is kept: the endpoints of an application do not change, and its origin seldom. */
export function createDescribeApi(app: OpenAPIHono<EdgeContext>): DescribeApi {
  let kept: { readonly origin: string; readonly document: ApiDocument } | undefined;
  return (origin) => {
    if (kept?.origin !== origin) kept = { origin, document: describe(app, origin) };
    return kept.document;
  };
}

function describe(app: OpenAPIHono<EdgeContext>, origin: string): ApiDocument {
  const document = app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'galip-edge',
      version: '1',
      description: 'Text in, picture out, in one forward pass. Errors have the body of OpenAI’s API.',
      license: { name: 'MIT', url: 'https://spdx.org/licenses/MIT.html' },
    },
    servers: [{ url: origin }],
  });
  return withSamples(withPlainPatterns(document));
}

/** zod-to-openapi leaves the flag of a regular expression behind its source (`^a$/u`); JSON Schema's have none. */
function withPlainPatterns(document: object): ApiDocument {
  return JSON.parse(
    JSON.stringify(document, (name, value) =>
      name === 'pattern' && typeof value === 'string' ? value.replace(/\/u$/u, '') : value,
    ),
  );
}
