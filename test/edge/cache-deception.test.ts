import { describe, expect, it } from 'vitest';
import { signedPathOf } from '../../gpu-backend/contract/url-signature.ts';
import { bodyText } from './fakes/body-text.ts';
import { installFakeNetwork } from './fakes/fake-network.ts';
import { createTestEdge, issueKey } from './fakes/test-edge.ts';
import { idOf } from './keys/admin-client.ts';

// What one tenant owns, asked for by every spelling that a cache on the way might take for something else: by its owner
// first, who may be lured to such a URL, and then by another tenant and by nobody. All on one application, with one cache.

installFakeNetwork();
const edge = createTestEdge();
const scopes = ['generate', 'read', 'admin'] as const;
const OWNER = `owner-${crypto.randomUUID()}`;
const HOOK = `https://hooks.example/${crypto.randomUUID()}`;
const owner = await issueKey({ tenant: OWNER, scopes });
const other = await issueKey({ tenant: `other-${crypto.randomUUID()}`, scopes });
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

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

const MORPH = { keyframes: [{ prompt: 'a red apple' }, { prompt: 'a banana' }], frames: 3 };
const GRID = {
  prompt: 'a red apple',
  columns: { parameter: 'seed', values: [0, 1] },
  rows: { parameter: 'truncation', values: [0.5, 1] },
};
const hidden = { visibility: 'private' };

interface Made {
  readonly id?: string;
  readonly file?: { readonly url: string };
  readonly data?: readonly { readonly url: string }[];
}
const made = async (path: string, body: unknown): Promise<Made> => JSON.parse((await post(path, body)).text);
const pathOf = (url = '') => new URL(url).pathname;

const job = await made('/v1/images/generations', { prompt: 'a fox', ...hidden, async: true });
const webhook = await made('/v1/webhooks', { url: HOOK });
const picture = pathOf((await made('/v1/images/generations', { prompt: 'a fox', ...hidden })).data?.[0]?.url);
const morph = pathOf((await made('/v1/interpolations', { ...MORPH, ...hidden })).file?.url);
const grid = pathOf((await made('/v1/grids', { ...GRID, ...hidden })).file?.url);
const publicMorph = pathOf((await made('/v1/interpolations', MORPH)).file?.url);

const { key_id: keyId, secret } = JSON.parse((await ask('/v1/url-signing-secret', bearer(owner))).text);
const sign = (options: string, prompt: string, extension: string) =>
  signedPathOf({ keyId, options, prompt, extension }, secret);
const SIGNED = {
  picture: await sign('visibility:private', 'a fox', 'png'),
  morph: await sign('visibility:private,frames:3', 'a red apple>a banana', 'webp'),
  grid: await sign('visibility:private,across:seed_0_1,down:truncation_0.5_1', 'a red apple', 'png'),
};

const ID = String(job.id);
/** What only its owner may read, whose key opens it. */
const OWNED = [
  '/v1/usage',
  '/v1/balance',
  '/v1/receipts',
  '/v1/url-signing-secret',
  '/v1/models',
  `/v1/jobs/${ID}`,
  `/v1/jobs/${ID}/events`,
  '/v1/webhooks',
  `/v1/webhooks/${webhook.id}`,
  `/v1/webhooks/${webhook.id}/deliveries`,
  '/v1/admin/keys',
  `/v1/admin/keys/${idOf(owner)}`,
  '/v1/admin/tenants',
  `/v1/admin/tenants/${OWNER}`,
  picture,
  morph,
  grid,
];

/** Of these something stands in whatever tells the owner's things. */
const first = async (path: string) => (await ask(path, bearer(owner))).text;
const SECRETS = [
  `"${OWNER}"`,
  HOOK,
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
  return SECRETS.filter((secret) => !path.includes(secret.replaceAll('"', '')) && all.includes(secret));
}

function expectKeptNowhere(path: string, { headers }: Answer): void {
  expect(headers.get('cache-control'), path).toMatch(/\bno-store\b/u);
  expect(headers.get('cache-control'), path).not.toMatch(/public|max-age|immutable/u);
  expect(headers.get('set-cookie'), path).toBeNull();
  expect(headers.get('strict-transport-security'), path).toBe('max-age=63072000');
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

/** Spellings that end as what caches keep, that caches and servers cut off at other places, or that lead elsewhere and back. */
function spellingsOf(path: string): string[] {
  const [, folder = '', rest = ''] = /^\/([^/]+)\/(.*)$/u.exec(path) ?? [];
  const last = path.at(-1) ?? '';
  const escaped = `${path.slice(0, -1)}%${last.charCodeAt(0).toString(16)}`;
  return [
    ...[
      '.css',
      '.webp',
      '.',
      '..',
      '%2e',
      '%2ecss',
      '%252ecss',
      '~',
      '%20',
      '%09',
      '%00',
      '%00.css',
      '%0a.css',
    ],
    ...[
      '/',
      '//',
      '/x.css',
      '/x.webp',
      '/.css',
      '//x.css',
      '/..%2fx.css',
      '/%2e',
      '/..;/x.css',
      '/index.html',
    ],
    ...[
      ';',
      ';x',
      ';.css',
      ';/x.css',
      ';x=1.webp',
      '%3b.css',
      '%2f',
      '%2fx.css',
      '%5cx.css',
      '%3fx.css',
      '%23x.css',
    ],
    ...['?x.css', '?x=1', '?/x.css', '?cb=1&utm_source=mail', '?%00'],
  ]
    .map((end) => path + end)
    .concat([
      `/${path}`,
      `//x/..${path}`,
      `/${folder}//${rest}`,
      `/${folder}%2f${rest}`,
      `/${folder}%5c${rest}`,
      `/${folder};x/${rest}`,
      `/${folder}/./${rest}`,
      `/${folder}/x/..%2f${rest}`,
      `/${folder.toUpperCase()}/${rest}`,
      path.toUpperCase(),
      escaped,
      `/%${folder.charCodeAt(0).toString(16)}${folder.slice(1)}/${rest}`,
      `/i/..%2f${path.slice(1)}`,
      `/i/..;${path}`,
      `/i${path}`,
      `/p${path}`,
      `/assets${path}`,
      `/assets/..%2f${path.slice(1)}`,
      `/favicon.svg/..%2f${path.slice(1)}`,
      `/docs${path}`,
      `/mcp${path}`,
    ]);
}

const LOOKS_STATIC = /\.(?:css|webp|html)$/u;

describe('what only its owner may read', () => {
  it.each(OWNED)('%s is the owner’s, and is kept nowhere', async (path) => {
    const answer = await ask(path, bearer(owner));
    expect(answer.status, answer.text).toBe(200);
    expectKeptNowhere(path, answer);
    await expectClosed(path);
  });

  it.each(OWNED)('%s is kept nowhere by another spelling, and opens to nobody else by it', async (path) => {
    for (const spelling of spellingsOf(path)) {
      const answer = await ask(spelling, bearer(owner));
      expectKeptNowhere(spelling, answer);
      expect(await caches.default.match(edge.origin + spelling), spelling).toBeUndefined();
      // To be lured to it would be no use: there is nothing.
      const arrived = pathOf(edge.origin + spelling);
      if (LOOKS_STATIC.test(arrived) && arrived !== path) expect(answer.status, spelling).toBe(404);
      await expectClosed(spelling);
    }
  });

  it.each(OWNED)('%s opens by no header but its owner’s Authorization', async (path) => {
    const refused = (await ask(path)).status;
    expect(refused).toBe(401);
    for (const headers of headersFor(path)) {
      expectKeptNowhere(path, await ask(path, { ...bearer(owner), ...headers }));
      await expectClosed(path, headers);
    }
  });
});

/** Of proxies, frameworks and caches; and the key where it does not belong. */
function headersFor(path: string): Record<string, string>[] {
  const named: [string, string][] = [
    ['accept', 'text/css,*/*'],
    ['accept', 'text/event-stream'],
    ['accept-encoding', 'br, gzip, identity;q=0'],
    ['range', 'bytes=0-8'],
    ['if-range', '"x"'],
    ['if-none-match', '*'],
    ['cache-control', 'only-if-cached, max-stale=99999'],
    ['host', 'evil.example'],
    ['x-host', 'evil.example'],
    ['x-forwarded-host', 'evil.example'],
    ['x-forwarded-for', '127.0.0.1'],
    ['x-forwarded-proto', 'http'],
    ['x-forwarded-prefix', '/evil'],
    ['forwarded', 'for=127.0.0.1;host=evil.example'],
    ['cf-connecting-ip', '127.0.0.1'],
    ['x-original-url', path],
    ['x-rewrite-url', path],
    ['x-http-method-override', 'OPTIONS'],
    ['x-http-method', 'HEAD'],
    ['x-method-override', 'OPTIONS'],
    ['x-middleware-subrequest', 'middleware'],
    ['origin', edge.origin],
    ['sec-fetch-site', 'same-origin'],
    ['connection', 'authorization'],
    ['x-request-id', OWNER],
    ['x-tenant', OWNER],
    ['idempotency-key', 'k1'],
    ['last-event-id', '0'],
    ['cookie', `authorization=Bearer ${owner}`],
    ['x-api-key', owner],
    ['api-key', owner],
    ['x-authorization', `Bearer ${owner}`],
    ['proxy-authorization', `Bearer ${owner}`],
    ['sec-websocket-protocol', `galip-live, galip-key.${owner}`],
  ];
  return named.map(([name, value]) => ({ [name]: value }));
}

describe('a key', () => {
  it.each([
    `Bearer junk, Bearer ${owner}`,
    `Bearer ${owner}, Bearer junk`,
    `Basic ${btoa(`:${owner}`)}`,
    `Bearer  ${owner}x`,
    `Bearer ${owner.toUpperCase()}`,
    owner,
  ])('is none where Authorization is %s', async (authorization) => {
    for (const path of ['/v1/usage', picture]) expect((await ask(path, { authorization })).status).toBe(401);
  });

  it.each(['key', 'api_key', 'access_token', 'authorization'])('is none in the query’s %s', async (name) => {
    for (const path of ['/v1/usage', '/v1/live', '/mcp']) {
      const answer = await ask(`${path}?${name}=${owner}`, { upgrade: 'websocket' });
      expect([401, 404, 405], path).toContain(answer.status);
      expectKeptNowhere(path, answer);
    }
  });
});

describe('what is made for a key', () => {
  const asked: [string, unknown][] = [
    ['/v1/images/generations', { prompt: 'a fox', ...hidden }],
    ['/v1/images/generations?dry_run=true', { prompt: 'a fox', ...hidden }],
    ['/v1/interpolations', { ...MORPH, ...hidden }],
    ['/v1/grids', { ...GRID, ...hidden }],
    ['/v1/grids?dry_run=true', { ...GRID, ...hidden }],
    ['/mcp', { jsonrpc: '2.0', id: 1, method: 'tools/list' }],
  ];

  it.each(asked)('%s is kept nowhere, and is another’s for another', async (path, body) => {
    const own = await post(path, body);
    expectKeptNowhere(path, own);
    const others = await post(path, body, bearer(other));
    expectKeptNowhere(path, others);
    expect(told(others, path)).toEqual([]);
  });

  it.each(asked)('%s as a stream, and sent again, is kept nowhere either', async (path, body) => {
    const accepts = { accept: 'application/json, text/event-stream', 'idempotency-key': crypto.randomUUID() };
    for (const key of [owner, owner, other]) {
      const answer = await post(path, body, { ...bearer(key), ...accepts });
      expectKeptNowhere(path, answer);
      if (key === other) expect(told(answer, path)).toEqual([]);
    }
  });

  it.each(['/v1/interpolations', '/v1/grids', '/v1/images/generations', '/mcp'])(
    '%s has no other spelling, and is no GET',
    async (path) => {
      for (const spelling of spellingsOf(path)) {
        for (const method of ['GET', 'POST']) {
          const init = method === 'POST' ? { method, body: JSON.stringify(MORPH) } : { method };
          const answer = await ask(spelling, { ...bearer(owner), 'x-http-method-override': 'POST' }, init);
          expectKeptNowhere(spelling, answer);
          expect(answer.status, `${method} ${spelling}`).toBeGreaterThanOrEqual(method === 'GET' ? 400 : 200);
          expect((await ask(spelling, {}, init)).status, spelling).toBeGreaterThanOrEqual(400);
        }
      }
    },
  );

  it('is no live socket by another spelling, and none without a key', async () => {
    for (const spelling of ['/v1/live', ...spellingsOf('/v1/live')]) {
      const answer = await ask(spelling, { upgrade: 'websocket' });
      expect([401, 404, 400], spelling).toContain(answer.status);
      expectKeptNowhere(spelling, answer);
    }
    for (const headers of headersFor('/v1/live').filter((one) => !('sec-websocket-protocol' in one))) {
      const answer = await ask('/v1/live', { ...headers, upgrade: 'websocket' });
      expect(answer.status, JSON.stringify(headers)).toBe(401);
      expectKeptNowhere('/v1/live', answer);
    }
  });
});

describe('a signed URL of a private file', () => {
  it.each(Object.entries(SIGNED))('of a %s shows it, kept nowhere', async (_, path) => {
    for (const headers of [{}, ...headersFor(path)]) {
      const answer = await ask(path, headers);
      expect([200, 206, 304], `${path} ${answer.text}`).toContain(answer.status);
      expectKeptNowhere(path, answer);
      expect(JSON.stringify([...answer.headers])).not.toContain('evil');
    }
  });

  it.each(Object.entries(SIGNED))('of a %s has one spelling', async (_, path) => {
    for (const spelling of spellingsOf(path).filter(
      (one) => pathOf(edge.origin + one) !== path || one.includes('?'),
    )) {
      const answer = await ask(spelling);
      expect([400, 401, 403, 404], spelling).toContain(answer.status);
      expectKeptNowhere(spelling, answer);
      expect(told(answer, spelling), spelling).toEqual([]);
    }
  });

  it.each(Object.entries(SIGNED))(
    'of a %s is nobody else’s, nor signed for anything else',
    async (_, path) => {
      for (const forged of [
        path.replace(keyId, idOf(other)),
        path.replace('visibility%3Aprivate', 'visibility%3Apublic'),
        path.replace('visibility%3Aprivate', '-'),
        path.replace('a%20', 'the%20'),
        path.replace(/\/s\/[^/]+\/[^/]+/u, (begin) => `${begin}x`),
        path.replace(/\.(?:png|webp)$/u, '.gif'),
      ]) {
        expect(forged).not.toBe(path);
        const answer = await ask(forged);
        expect([400, 401, 403, 404], forged).toContain(answer.status);
        expectKeptNowhere(forged, answer);
        expect(told(answer, forged), forged).toEqual([]);
      }
    },
  );
});

describe('compositions', () => {
  it.each([
    ['morph', morph],
    ['grid', grid],
  ])(
    'a private %s has no public URL, neither while it lies in the store nor once it is lost',
    async (_, path) => {
      const open = path.replace('/p/', '/i/');
      const compositions = edge.backend.compositions.length;
      for (const isLost of [false, true]) {
        if (isLost) for (const name of [...edge.store.objects.keys()]) edge.store.objects.delete(name);
        for (const spelling of [open, ...spellingsOf(open)]) {
          for (const headers of [{}, bearer(owner)]) {
            const answer = await ask(spelling, headers);
            expect([401, 404], spelling).toContain(answer.status);
            expectKeptNowhere(spelling, answer);
          }
        }
      }
      expect(edge.backend.compositions).toHaveLength(compositions);
      expect((await ask(path, bearer(owner))).status).toBe(200);
    },
  );

  it('a public one is the same for all, whoever asks and however', async () => {
    const clean = await ask(publicMorph);
    expect(clean.status).toBe(200);
    expect(clean.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(clean.headers.get('vary')).toBeNull();
    const conditional = new Set(['range', 'if-none-match']);
    for (const headers of [bearer(owner), bearer(other), ...headersFor('/v1/usage')]) {
      if (Object.keys(headers).some((name) => conditional.has(name))) continue;
      const answer = await ask(publicMorph, headers);
      expect([answer.status, answer.text], JSON.stringify(headers)).toEqual([200, clean.text]);
      const fields = (one: Answer) => [...one.headers].filter(([name]) => name !== 'x-request-id');
      expect(fields(answer)).toEqual(fields(clean));
    }
    for (const spelling of spellingsOf(publicMorph).filter(
      (one) => pathOf(edge.origin + one) !== publicMorph,
    )) {
      const answer = await ask(spelling);
      expect([401, 404], spelling).toContain(answer.status);
      expectKeptNowhere(spelling, answer);
    }
  });
});

describe('what is open to all', () => {
  const OPEN = ['/', '/docs', '/openapi.json', '/healthz', '/.well-known/galip-receipts.json'];
  const VARIES: Readonly<Record<string, string>> = { '/': 'Accept' };

  it.each(OPEN)('%s tells nobody’s, and names no host that is not this one', async (path) => {
    for (const accept of ['text/html', '*/*']) {
      const clean = await ask(path, { accept });
      expect(clean.status).toBe(200);
      expect(clean.headers.get('vary')).toBe(VARIES[path] ?? null);
      // Kept by a browser, or by all what is asked for again each time.
      expect(clean.headers.get('cache-control')).toMatch(/^(?:no-store|no-cache|private, max-age=300)$/u);
      const foreign = headersFor('/v1/usage').filter((one) => /evil|glp_/u.test(JSON.stringify(one)));
      for (const headers of [bearer(owner), ...foreign]) {
        const answer = await ask(path, { accept, ...headers });
        expect(told(answer, path)).toEqual([]);
        expect(answer.text + JSON.stringify([...answer.headers])).not.toContain('evil');
        expect(answer.text).toBe(clean.text);
      }
    }
  });

  it.each(OPEN.slice(1))('%s has one spelling', async (path) => {
    for (const end of [
      '/',
      '//',
      '.css',
      '.',
      ';.css',
      '%2fx.css',
      '%00',
      '%3fx.css',
      '/x.css',
      '%2e',
      '~',
    ]) {
      const answer = await ask(path + end, bearer(owner));
      expect(answer.status, path + end).toBe(404);
      expectKeptNowhere(path + end, answer);
    }
  });
});
