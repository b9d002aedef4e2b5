import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWorkerHarness, type WorkerHarness } from '../fixtures/worker-harness.ts';

// The Worker with the files that `edge/playground/build.mjs` built for it, asked by paths as they stand: `fetch` would mend them.

const BROWSER = 'text/html,application/xhtml+xml,*/*;q=0.8';

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

let worker: WorkerHarness;
beforeAll(async () => {
  worker = await startWorkerHarness();
});
afterAll(() => worker?.[Symbol.asyncDispose]());

function ask(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  const { hostname, port } = new URL(worker.url);
  return new Promise((resolve, reject) => {
    request({ hostname, port, path, method, headers: { accept: BROWSER, ...headers } }, (incoming) => {
      const { statusCode: status = 0 } = incoming;
      incoming
        .toArray()
        .then(
          (chunks) => resolve({ status, headers: incoming.headers, text: Buffer.concat(chunks).toString() }),
          reject,
        );
    })
      .once('error', reject)
      .end();
  });
}

/** Paths of the files that the document names, and of those beside it. */
async function files(): Promise<string[]> {
  const { text } = await ask('/');
  const named = [...text.matchAll(/(?:href|src)="([^"]+)"/gu)].map(([, path = '']) => path);
  const styles = await ask(named.find((path) => path.endsWith('.css')) ?? '');
  const fonts = [...styles.text.matchAll(/url\("?(\/assets\/[^")]+)/gu)].map(([, path = '']) => path);
  return [...new Set([...named, ...fonts, '/licences.txt'])];
}

describe('the files of the page', () => {
  it('are no pages of their own, and no part of others’', async () => {
    const paths = await files();
    expect(paths.map((path) => path.replace(/^.*\./u, '')).sort()).toEqual(
      expect.arrayContaining(['css', 'js', 'svg', 'txt', 'woff2']),
    );
    for (const path of paths) {
      for (const method of ['GET', 'HEAD']) {
        const { status, headers } = await ask(path, {}, method);
        expect(status, path).toBe(200);
        expect(headers, path).toMatchObject({
          'content-security-policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
          'cross-origin-resource-policy': 'same-origin',
          'referrer-policy': 'no-referrer',
          'strict-transport-security': 'max-age=63072000',
          'x-content-type-options': 'nosniff',
        });
        const kept = path.startsWith('/assets/')
          ? 'public, max-age=31536000, immutable'
          : 'public, max-age=0, must-revalidate';
        expect(headers['cache-control'], path).toBe(kept);
      }
    }
  });

  it('are the same whatever else is asked of them', async () => {
    const [path = ''] = await files();
    const { text } = await ask(path);
    for (const headers of [
      { authorization: 'Bearer junk' },
      { cookie: 'session=1' },
      { 'x-forwarded-host': 'evil.example' },
      { 'x-original-url': '/v1/usage' },
      { 'x-rewrite-url': '/v1/usage' },
      { 'x-http-method-override': 'DELETE' },
      { origin: 'https://evil.example' },
      { accept: 'application/json' },
    ]) {
      const answer = await ask(path, headers);
      expect([answer.status, answer.text], JSON.stringify(headers)).toEqual([200, text]);
      expect(JSON.stringify(answer.headers)).not.toContain('evil');
    }
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH']) {
      expect((await ask(path, {}, method)).status, method).toBe(405);
    }
  });
});

describe('the document', () => {
  it('is asked for again each time, has its own policy in place of the files’, and no other name', async () => {
    for (const path of ['/', '/?x=1', '/?/favicon.svg']) {
      const { status, headers } = await ask(path);
      expect(status, path).toBe(200);
      expect(headers['cache-control'], path).toBe('no-cache');
      expect(headers.vary, path).toBe('Accept');
      const policy = String(headers['content-security-policy']);
      expect(policy, path).toContain("script-src 'self'");
      expect(policy, path).not.toContain('sandbox');
      expect(headers, path).toMatchObject({
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
      });
    }
    const etag = String((await ask('/')).headers.etag);
    const again = await ask('/', { 'if-none-match': etag });
    expect([again.status, again.headers['cache-control']]).toEqual([304, 'no-cache']);
    expect(again.headers['content-security-policy']).toContain("script-src 'self'");
  });

  it.each([
    '/index.html',
    '/index.html?x',
    '/index.html/',
    '/./index.html',
    '/x/../index.html',
    '/assets/%2e%2e/index.html',
    '/assets/..%2findex.html',
    '/assets/..%5cindex.html',
    '/INDEX.html',
    '/index',
    '/index.html.css',
    '/index.html%00.css',
    '/index.html;.css',
    '/_headers',
    '//evil.example//favicon.svg',
    '//evil.example/%2e%2e',
    '/v1/usage/..%2f..%2ffavicon.svg',
    '/v1/usage/favicon.svg',
    '/v1/usage;/favicon.svg',
    '/favicon.svg/v1/usage',
    '/favicon.svg/',
    '/FAVICON.svg',
  ])('is not behind %s, nor is a file', async (path) => {
    const { status, headers, text } = await ask(path);
    expect([status, headers['cache-control']]).toEqual([404, 'no-store']);
    expect(JSON.parse(text)).toMatchObject({ error: { code: 'not_found' } });
  });

  it.each([
    '//favicon.svg',
    '/%66avicon.svg',
    '//index.html',
    '/%2findex.html',
    '/index%2ehtml',
    '/\\index.html',
  ])('leads nowhere else by %s, another spelling of a file', async (path) => {
    const { status, headers } = await ask(path);
    expect(status).toBe(307);
    expect(headers.location).toMatch(/^\/(?:favicon\.svg|index\.html)$/u);
  });
});
