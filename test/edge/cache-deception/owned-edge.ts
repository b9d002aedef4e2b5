import { expect } from 'vitest';
import { signedPathOf } from '../../../gpu-backend/contract/url-signature.ts';
import { bodyText } from '../fakes/body-text.ts';
import { createTestEdge, issueKey } from '../fakes/test-edge.ts';
import { idOf } from '../keys/admin-client.ts';
import { expectKeptNowhere } from './expect-kept-nowhere.ts';
import { headersFor } from './headers-for.ts';

export const MORPH = { keyframes: [{ prompt: 'a red apple' }, { prompt: 'a banana' }], frames: 3 };
export const GRID = {
  prompt: 'a red apple',
  columns: { parameter: 'seed', values: [0, 1] },
  rows: { parameter: 'truncation', values: [0.5, 1] },
};
export const HIDDEN = { visibility: 'private' };

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

interface Made {
  readonly id?: string;
  readonly file?: { readonly url: string };
  readonly data?: readonly { readonly url: string }[];
}

const SCOPES = ['generate', 'read', 'admin'] as const;

export const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
export const pathOf = (url = '') => new URL(url).pathname;

/**
 * What one tenant owns, to be asked for by every spelling that a cache on the way might take for something else: by its
 * owner first, who may be lured to such a URL, and then by another tenant and by nobody. All on one application, with one
 * cache; its jobs need the fake network.
 */
export async function createOwnedEdge() {
  const edge = createTestEdge();
  const tenant = `owner-${crypto.randomUUID()}`;
  const hook = `https://hooks.example/${crypto.randomUUID()}`;
  const owner = await issueKey({ tenant, scopes: SCOPES });
  const other = await issueKey({ tenant: `other-${crypto.randomUUID()}`, scopes: SCOPES });

  async function ask(
    path: string,
    headers: Record<string, string> = {},
    init: RequestInit = {},
  ): Promise<Answer> {
    const response = await edge.fetch(path, { redirect: 'manual', headers, ...init });
    return { status: response.status, headers: response.headers, text: await bodyText(response) };
  }

  async function post(path: string, body: unknown, headers: Record<string, string> = bearer(owner)) {
    const json = { 'content-type': 'application/json', ...headers };
    const answer = await ask(path, json, { method: 'POST', body: JSON.stringify(body) });
    expect(answer.status, `${path} ${answer.text}`).toBeLessThan(300);
    return answer;
  }

  const made = async (path: string, body: unknown): Promise<Made> =>
    JSON.parse((await post(path, body)).text);

  const job = await made('/v1/images/generations', { prompt: 'a fox', ...HIDDEN, async: true });
  const webhook = await made('/v1/webhooks', { url: hook });
  const picture = pathOf(
    (await made('/v1/images/generations', { prompt: 'a fox', ...HIDDEN })).data?.[0]?.url,
  );
  const morph = pathOf((await made('/v1/interpolations', { ...MORPH, ...HIDDEN })).file?.url);
  const grid = pathOf((await made('/v1/grids', { ...GRID, ...HIDDEN })).file?.url);
  const publicMorph = pathOf((await made('/v1/interpolations', MORPH)).file?.url);

  const { key_id: keyId, secret } = JSON.parse((await ask('/v1/url-signing-secret', bearer(owner))).text);
  const sign = (options: string, prompt: string, extension: string) =>
    signedPathOf({ keyId, options, prompt, extension }, secret);
  const signed = {
    picture: await sign('visibility:private', 'a fox', 'png'),
    morph: await sign('visibility:private,frames:3', 'a red apple>a banana', 'webp'),
    grid: await sign('visibility:private,across:seed_0_1,down:truncation_0.5_1', 'a red apple', 'png'),
  };

  /** What only its owner may read, whose key opens it. */
  const owned = [
    '/v1/usage',
    '/v1/balance',
    '/v1/receipts',
    '/v1/url-signing-secret',
    '/v1/models',
    `/v1/jobs/${job.id}`,
    `/v1/jobs/${job.id}/events`,
    '/v1/webhooks',
    `/v1/webhooks/${webhook.id}`,
    `/v1/webhooks/${webhook.id}/deliveries`,
    '/v1/admin/keys',
    `/v1/admin/keys/${idOf(owner)}`,
    '/v1/admin/tenants',
    `/v1/admin/tenants/${tenant}`,
    picture,
    morph,
    grid,
  ];

  const first = async (path: string) => (await ask(path, bearer(owner))).text;
  /** Of these something stands in whatever tells the owner's things. */
  const secrets = [
    `"${tenant}"`,
    hook,
    secret,
    idOf(owner),
    picture.slice(3, 67),
    morph.slice(3, 67),
    grid.slice(3, 67),
    await first(picture),
    await first(morph),
    await first(grid),
  ];

  /** What of the owner's stands in an answer, beyond what was said in asking for it. */
  function told({ text, headers }: Answer, path: string): string[] {
    const all = `${text}\n${JSON.stringify([...headers])}`;
    return secrets.filter((secret) => !path.includes(secret.replaceAll('"', '')) && all.includes(secret));
  }

  /** Another's answer and nobody's, after the owner's. */
  async function expectClosed(path: string, headers: Record<string, string> = {}): Promise<void> {
    for (const key of [other, undefined]) {
      const answer = await ask(path, { ...(key && bearer(key)), ...headers });
      expectKeptNowhere(path, answer);
      expect(told(answer, path), `${path} ${JSON.stringify(headers)}`).toEqual([]);
      if (key === undefined) expect([401, 404], path).toContain(answer.status);
    }
  }

  return {
    ...{ edge, owner, other, ask, post, told, expectClosed },
    ...{ picture, morph, grid, publicMorph, keyId, signed, owned },
    headersFor: (path: string) => headersFor(path, { origin: edge.origin, tenant, key: owner }),
  };
}
