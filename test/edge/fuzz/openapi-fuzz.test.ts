import { env } from 'cloudflare:workers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { installFakeNetwork } from '../fakes/fake-network.ts';
import { createTestEdge, issueKey } from '../fakes/test-edge.ts';
import { createAnswerChecker } from './answer-checker.ts';
import { anyRequest } from './any-request.ts';
import { readOpenApi } from './openapi-document.ts';

// Every endpoint with requests that are made from its entry in the OpenAPI document: no 5xx, and no answer that the
// document does not describe. FUZZ_RUNS=2000 for a whole run.

/** Endpoints whose success takes what chance does not give: a signature, a delivery, a WebSocket. */
const NEVER_MET = new Set(['getSignedPicture', 'headSignedPicture', 'replayWebhookDelivery', 'live']);
const RUNS = Number(env.FUZZ_RUNS);

installFakeNetwork();
const edge = createTestEdge();
const document = await readOpenApi(edge);
const check = createAnswerChecker(document);
const scopes = ['generate', 'read', 'admin'] as const;

/** A tenant with one of each thing, and keys: new for each endpoint, since some delete or change what there is. */
async function createWorld() {
  const id = `fuzz-${crypto.randomUUID()}`;
  const operator = await issueKey({ tenant: id, operator: true, scopes });
  const reader = await issueKey({ tenant: id, scopes: ['read'] });
  const stranger = await issueKey({ tenant: 'fuzz-stranger', plan: 'prepaid', scopes });
  const made = async <T>(path: string, body: unknown): Promise<T> => {
    const headers = { authorization: `Bearer ${operator}`, 'content-type': 'application/json' };
    const response = await edge.fetch(path, { method: 'POST', headers, body: JSON.stringify(body) });
    expect(response.status, path).toBeLessThan(300);
    return response.json<T>();
  };
  const idOf = async (path: string, body: unknown) => (await made<{ id: string }>(path, body)).id;
  const fileOf = async (visibility: string) => {
    const { data } = await made<{ data: { url: string }[] }>('/v1/images/generations', {
      prompt: id,
      visibility,
    });
    return new URL(data[0]?.url ?? '').pathname.slice('/i/'.length);
  };
  const things = [
    ['/v1/admin/keys', 'id', await idOf('/v1/admin/keys', { name: 'x', scopes: ['read'] })],
    ['/v1/admin/tenants', 'id', await idOf('/v1/admin/tenants', { id: `${id}-2`, name: 'x' })],
    ['/v1/jobs', 'id', await idOf('/v1/images/generations', { prompt: id, async: true })],
    ['/v1/webhooks', 'id', await idOf('/v1/webhooks', { url: 'https://hooks.example/x' })],
    ['/v1/models', 'id', 'emoji-v0'],
    ['/i/', 'file', await fileOf('public')],
    ['/p/', 'file', await fileOf('private')],
  ] as const;
  return {
    keys: [operator, reader, stranger],
    known: (path: string, parameter: string) =>
      things
        .filter(([begin, name]) => path.startsWith(begin) && name === parameter)
        .map(([, , value]) => value),
  };
}

describe('every endpoint of the document', () => {
  it.each(document.operations)(
    '$method $path answers as described',
    { timeout: 300_000 },
    async (operation) => {
      const world = await createWorld();
      const statuses = new Set<number>();
      await fc.assert(
        fc.asyncProperty(anyRequest(operation, document, world), async ({ path, headers, body }) => {
          const response = await edge.fetch(path, {
            method: operation.method,
            headers,
            ...(body === undefined ? {} : { body }),
          });
          statuses.add(response.status);
          await check(operation, response);
        }),
        { numRuns: RUNS },
      );
      expect(edge.log.filter(({ level }) => level !== 'warn')).toEqual([]);
      const succeeded = [...statuses].some((status) => status < 400);
      expect(succeeded, 'some requests succeed').toBe(!NEVER_MET.has(operation.operationId));
    },
  );
});
