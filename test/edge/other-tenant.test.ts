import { describe, expect, it } from 'vitest';
import { bodyText } from './fakes/body-text.ts';
import { installFakeNetwork } from './fakes/fake-network.ts';
import { createTestEdge, issueKey } from './fakes/test-edge.ts';
import { idOf } from './keys/admin-client.ts';

// Every operation of the OpenAPI document whose path names something that a tenant owns, asked by another tenant.

interface Operation {
  readonly operationId: string;
  readonly requestBody?: unknown;
  readonly security?: unknown;
}

/** Paths with parameters that name nothing of a tenant's. */
const UNOWNED = new Set(['/v1/models/{id}']);
/** Operators' alone: to all others forbidden, whatever the id. */
const FORBIDDEN = new Set(['grantCredit']);

installFakeNetwork();
const edge = createTestEdge();
const scopes = ['generate', 'read', 'admin'] as const;
const owner = await issueKey({ tenant: 'owner', scopes });
const other = await issueKey({ tenant: 'other', scopes });

async function ask(key: string, method: string, path: string, body?: unknown) {
  const response = await edge.fetch(path, {
    method: method.toUpperCase(),
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, text: await bodyText(response) };
}

async function made(path: string, body: unknown, status: number): Promise<Record<string, unknown>> {
  const answer = await ask(owner, 'post', path, body);
  expect(answer.status, path).toBe(status);
  return JSON.parse(answer.text);
}

const job = await made('/v1/images/generations', { prompt: 'a red apple', async: true }, 202);
const webhook = await made('/v1/webhooks', { url: 'https://hooks.example/galip' }, 201);
const pictures = await made('/v1/images/generations', { prompt: 'a red apple', visibility: 'private' }, 200);
const [picture] = pictures.data as { url: string }[];

/** What each path begins with, an id of the owner's there, and one of the same form that is nobody's. */
const IDS: readonly (readonly [path: string, own: string, nobodys: string])[] = [
  ['/v1/admin/keys/', idOf(owner), 'AAAAAAAAAAAA'],
  ['/v1/admin/tenants/', 'owner', 'nobody'],
  ['/v1/jobs/', String(job.id), `job_${'0'.repeat(64)}`],
  ['/v1/webhooks/', String(webhook.id), `we_${'0'.repeat(24)}`],
  ['/p/', new URL(picture?.url ?? '').pathname.slice('/p/'.length), `${'0'.repeat(64)}.png`],
];

const { paths } = await (await edge.fetch('/openapi.json')).json<{
  paths: Record<string, Record<string, Operation>>;
}>();
const operations = Object.entries(paths)
  .filter(([path]) => path.includes('{') && !UNOWNED.has(path))
  .flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, ...operation })),
  )
  .filter(({ security }) => security !== undefined);

function pathsOf(path: string): { own: string; nobodys: string } {
  const [prefix = '', ...ids] = IDS.find(([begin]) => path.startsWith(begin)) ?? [];
  const [own, nobodys] = ids.map((id) => {
    const [, rest = ''] = path.slice(prefix.length).split(/^\{\w+\}/u);
    return prefix + id + rest.replaceAll(/\{\w+\}/gu, 'd_0');
  });
  if (!own || !nobodys) throw new Error(`${path} names something that this test has no example of`);
  return { own, nobodys };
}

describe('what another tenant owns', () => {
  it('is known to its owner', async () => {
    for (const [prefix, id] of IDS) expect((await ask(owner, 'get', prefix + id)).status, prefix).toBe(200);
  });

  it.each(operations)('answers $method $path as what is not there', async (operation) => {
    const { path, method, operationId, requestBody } = operation;
    const { own, nobodys } = pathsOf(path);
    const body = requestBody === undefined ? undefined : {};
    const [others, none] = [await ask(other, method, own, body), await ask(other, method, nobodys, body)];
    expect(others.status).toBe(FORBIDDEN.has(operationId) ? 403 : 404);
    expect(others).toEqual(none);
  });

  it('is as it was', async () => {
    for (const [prefix, id] of IDS) expect((await ask(owner, 'get', prefix + id)).status, prefix).toBe(200);
  });

  it('stands in no list', async () => {
    for (const list of ['/v1/admin/keys', '/v1/admin/tenants', '/v1/webhooks', '/v1/receipts']) {
      const { status, text } = await ask(other, 'get', list);
      expect(status, list).toBe(200);
      for (const [, id] of IDS) expect(text, list).not.toContain(`"${id}"`);
    }
  });
});
