import type { OpenAPIHono } from '@hono/zod-openapi';
import type { EdgeContext } from '../endpoint.ts';
import type { ApiDocument } from './document.ts';
import { withSamples } from './samples/with-samples.ts';

/** The API of `app` as OpenAPI 3.1, with an example of each body, and programs that run against `origin`. */
export function apiDocument(app: OpenAPIHono<EdgeContext>, origin: string): ApiDocument {
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
