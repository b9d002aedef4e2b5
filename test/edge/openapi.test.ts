import { describe, expect, it } from 'vitest';
import { ERROR_CODES } from '../../gpu-backend/contract/errors.ts';
import { createTestEdge } from './fakes/test-edge.ts';

interface Content {
  readonly schema?: { readonly $ref?: string; readonly anyOf?: readonly { readonly $ref?: string }[] };
  readonly examples?: Record<string, { readonly value: unknown }>;
}
interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly security?: unknown;
  readonly responses: Record<
    string,
    { readonly description: string; readonly content?: Record<string, Content> }
  >;
  readonly requestBody?: {
    readonly content: Record<
      string,
      { readonly schema: { readonly $ref: string }; readonly example?: object }
    >;
  };
  readonly 'x-codeSamples'?: readonly { readonly label: string }[];
}
interface Schema {
  readonly properties: Record<string, Record<string, unknown>>;
  readonly required: string[];
  readonly additionalProperties: boolean;
}
interface Document {
  readonly openapi: string;
  readonly servers: { readonly url: string }[];
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: {
    readonly schemas: Record<string, Schema>;
    readonly securitySchemes: Record<string, unknown>;
  };
}

const edge = createTestEdge();
const response = await edge.fetch('/openapi.json');
const document = await response.json<Document>();
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ name: `${method} ${path}`, operation })),
);

/** Statuses that each endpoint's own tests show. */
const EXPECTED: Record<string, number[]> = {
  'post /v1/images/generations': [200, 202, 400, 401, 402, 403, 404, 405, 409, 422, 429, 500, 503, 504],
  'post /v1/interpolations': [200, 202, 400, 401, 402, 403, 404, 405, 409, 422, 429, 500, 503, 504],
  'post /v1/grids': [200, 202, 400, 401, 402, 403, 404, 405, 409, 422, 429, 500, 503, 504],
  'get /v1/live': [101, 400, 401, 403, 405, 429, 500],
  'get /i/{file}': [200, 206, 304, 404, 405, 410, 416, 500, 503, 504],
  'head /i/{file}': [200, 304, 404, 405, 410, 500, 503, 504],
  'get /p/{file}': [200, 206, 304, 401, 403, 404, 405, 410, 416, 500, 503, 504],
  'get /s/{key}/{signature}/{options}/{file}': [
    200, 302, 304, 400, 401, 402, 403, 404, 405, 410, 429, 500, 503, 504,
  ],
  'head /s/{key}/{signature}/{options}/{file}': [200, 302, 304, 400, 401, 403, 404, 405, 410, 500, 503],
  'get /v1/url-signing-secret': [200, 401, 403, 404, 405, 500],
  'get /v1/models': [200, 401, 403, 405, 500],
  'get /v1/models/{id}': [200, 401, 403, 404, 405, 500],
  'get /v1/jobs/{id}': [200, 304, 401, 403, 404, 405, 500, 503],
  'get /v1/jobs/{id}/events': [200, 204, 401, 403, 404, 405, 500, 503],
  'delete /v1/jobs/{id}': [200, 401, 403, 404, 405, 500, 503],
  'post /v1/jobs/{id}/cancel': [200, 401, 403, 404, 405, 500, 503],
  'post /v1/webhooks': [201, 400, 401, 403, 405, 409, 422, 500, 503],
  'get /v1/webhooks': [200, 401, 403, 405, 500, 503],
  'get /v1/webhooks/{id}': [200, 401, 403, 404, 405, 500, 503],
  'patch /v1/webhooks/{id}': [200, 400, 401, 403, 404, 405, 500, 503],
  'delete /v1/webhooks/{id}': [204, 401, 403, 404, 405, 500, 503],
  'post /v1/webhooks/{id}/secret': [200, 400, 401, 403, 404, 405, 409, 422, 500, 503],
  'get /v1/webhooks/{id}/deliveries': [200, 400, 401, 403, 404, 405, 500, 503],
  'post /v1/webhooks/{id}/deliveries/{delivery}/replay': [202, 401, 403, 404, 405, 500, 503],
  'post /v1/admin/keys': [201, 400, 401, 403, 404, 405, 409, 422, 500, 503],
  'get /v1/admin/keys': [200, 400, 401, 403, 404, 405, 500],
  'get /v1/admin/keys/{id}': [200, 401, 403, 404, 405, 500],
  'patch /v1/admin/keys/{id}': [200, 400, 401, 403, 404, 405, 409, 500],
  'delete /v1/admin/keys/{id}': [200, 401, 403, 404, 405, 500],
  'post /v1/admin/keys/{id}/reroll': [200, 400, 401, 403, 404, 405, 409, 422, 500, 503],
  'post /v1/admin/tenants': [201, 400, 401, 403, 405, 409, 422, 500, 503],
  'get /v1/admin/tenants': [200, 400, 401, 403, 405, 500],
  'get /v1/admin/tenants/{id}': [200, 401, 403, 404, 405, 500],
  'patch /v1/admin/tenants/{id}': [200, 400, 401, 403, 404, 405, 409, 500],
  'get /v1/usage': [200, 400, 401, 403, 405, 500, 503],
  'get /v1/balance': [200, 401, 403, 405, 500, 503],
  'get /v1/receipts': [200, 400, 401, 403, 405, 500, 503],
  'get /.well-known/galip-receipts.json': [200, 405, 500],
  'get /v1/admin/tenants/{id}/balance': [200, 401, 403, 404, 405, 500, 503],
  'post /v1/admin/tenants/{id}/credits': [200, 400, 401, 403, 404, 405, 409, 422, 500, 503],
  'get /healthz': [200, 405, 500],
  'post /mcp': [200, 202, 400, 401, 403, 405, 500],
  'get /openapi.json': [200, 405, 500],
  'get /docs': [200, 405, 500],
  'get /': [200, 304, 405, 500],
};

describe('GET /openapi.json', () => {
  it('is OpenAPI 3.1 of this server', () => {
    expect(response.status).toBe(200);
    expect(document.openapi).toBe('3.1.0');
    expect(document.servers).toEqual([{ url: edge.origin }]);
    expect(document.components.securitySchemes).toMatchObject({ bearer: { type: 'http', scheme: 'bearer' } });
  });

  it('has every endpoint with every status', () => {
    const statuses = Object.fromEntries(
      operations.map(({ name, operation }) => [name, Object.keys(operation.responses).map(Number)]),
    );
    expect(statuses).toEqual(EXPECTED);
    expect(new Set(operations.map(({ operation }) => operation.operationId)).size).toBe(operations.length);
  });

  it('asks for a key exactly where one is needed', () => {
    for (const { name, operation } of operations) {
      const statuses = Object.keys(operation.responses);
      expect(operation.security !== undefined, name).toBe(/ \/(?:v1\/|p\/|mcp$)/u.test(name));
      const refuses = / \/(?:v1\/|p\/|s\/|mcp$)/u.test(name);
      expect(statuses.includes('401') && statuses.includes('403'), name).toBe(refuses);
    }
  });

  it.each(operations)('$name describes each error with the error schema and an example', ({ operation }) => {
    for (const [status, { description, content }] of Object.entries(operation.responses)) {
      expect(description).not.toBe('');
      if (Number(status) < 400) continue;
      const json = content?.['application/json'];
      const { $ref, anyOf = [] } = json?.schema ?? {};
      // Another protocol's endpoint answers errors of that too.
      expect([$ref, ...anyOf.map((each) => each.$ref)]).toContain('#/components/schemas/Error');
      const examples = Object.entries(json?.examples ?? {});
      expect(examples.length).toBeGreaterThan(0);
      for (const [code, { value }] of examples) {
        expect(ERROR_CODES[code as keyof typeof ERROR_CODES].status).toBe(Number(status));
        expect(value).toMatchObject({ error: { code } });
      }
    }
  });

  it.each(operations)(
    '$name has an example of its body and a curl line, or a program',
    ({ name, operation }) => {
      const content = operation.requestBody?.content['application/json'];
      if (content) expect(content.example, 'edge/docs/samples/example-bodies.ts').toBeTypeOf('object');
      const [first] = operation['x-codeSamples'] ?? [];
      expect(first?.label, `a parameter in ${name}: edge/docs/samples/curl-sample.ts`).toBe(
        operation.responses[101] ? 'TypeScript' : 'curl',
      );
    },
  );

  it('has no reference that leads nowhere', () => {
    const text = JSON.stringify(document);
    const names = [...text.matchAll(/"#\/components\/schemas\/(\w+)"/gu)].map(([, name]) => name ?? '');
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) expect(document.components.schemas).toHaveProperty(name);
  });

  it('describes the request as it is checked', () => {
    const operation = document.paths['/v1/images/generations']?.post;
    expect(operation?.requestBody?.content['application/json']?.schema.$ref).toBe(
      '#/components/schemas/ImageRequest',
    );
    const schema = document.components.schemas.ImageRequest;
    expect(schema?.required).toEqual(['prompt']);
    expect(schema?.additionalProperties).toBe(false);
    expect(schema?.properties).toMatchObject({
      prompt: {
        anyOf: [
          { type: 'string', minLength: 1, maxLength: 1000 },
          { type: 'array', minItems: 1, maxItems: 8, items: { type: 'object', required: ['text'] } },
        ],
      },
      stages: { type: ['object', 'null'] },
      n: { type: ['integer', 'null'], minimum: 1, maximum: 10, default: 1 },
      size: { type: ['string', 'null'] },
      seeds: { anyOf: [{ type: 'array', maxItems: 10 }, { type: 'string' }, { type: 'null' }] },
    });
  });
});
