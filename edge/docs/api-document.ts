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

/** What holds for all endpoints. */
const DESCRIPTION = `Text in, picture out, in one forward pass. The same prompt, seed and parameters give the same picture, at the same URL, for ever.

Send an API key as \`Authorization: Bearer glp_…\`; every website may, for the key says who asks. What was charged stands in \`X-Usage-Units\`, what is left in \`X-Usage-Remaining\`.

Errors have the body of OpenAI’s API: \`{"error": {"message", "type", "code", "param"}}\`, of a closed set of codes. 429 and 503 say in \`Retry-After\` when to try again. A picture that fails is not charged, and no error is cached; of a request that breaks off, what was made is charged, which the error says, and whoever asks again finds it.

POSTs that spend or make something take an \`Idempotency-Key\`: sent again within 24 hours they are not done or charged again, but answered as before. \`X-Request-Id\` names an answer when you report a problem.`;

function describe(app: OpenAPIHono<EdgeContext>, origin: string): ApiDocument {
  const document = app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'galip-edge',
      version: '1',
      description: DESCRIPTION,
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
