import { describe, expect, it } from 'vitest';
import { createTestEdge } from './fakes/test-edge.ts';

describe('paths and methods', () => {
  it('names the endpoints at /', async () => {
    const response = await createTestEdge().fetch('/');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toContain('text/plain');
    const text = await response.text();
    for (const path of ['/v1/images/generations', '/i/{file}', '/v1/models', '/healthz', '/openapi.json']) {
      expect(text).toContain(path);
    }
  });

  it.each(['/x', '/v1', '/v1/images', '/V1/models', '/healthz/', '/openapi.json/x', '/%', '/.env'])(
    '%s is not found',
    async (path) => {
      const response = await createTestEdge().fetch(path);
      expect(response.status).toBe(404);
      expect(response.headers.get('cache-control')).toBe('no-store');
      expect(await response.json()).toMatchObject({
        error: { type: 'not_found_error', code: 'not_found', param: null },
      });
    },
  );

  it.each([
    ['GET', '/v1/images/generations', 'POST, OPTIONS'],
    ['HEAD', '/v1/images/generations', 'POST, OPTIONS'],
    ['POST', `/i/${'0'.repeat(64)}.png`, 'GET, HEAD, OPTIONS'],
    ['PUT', `/i/${'0'.repeat(64)}.png`, 'GET, HEAD, OPTIONS'],
    ['DELETE', '/v1/models', 'GET, HEAD, OPTIONS'],
    ['PATCH', '/v1/models/emoji-v0', 'GET, HEAD, OPTIONS'],
    ['POST', '/healthz', 'GET, HEAD, OPTIONS'],
    ['POST', '/openapi.json', 'GET, HEAD, OPTIONS'],
    ['PROPFIND', '/', 'GET, HEAD, OPTIONS'],
  ])('%s %s is not allowed', async (method, path, allow) => {
    const response = await createTestEdge().fetch(path, { method });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe(allow);
    if (method !== 'HEAD')
      expect(await response.json()).toMatchObject({ error: { code: 'method_not_allowed' } });
  });
});

describe('the page', () => {
  const BROWSER = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };

  it('is what a browser gets at /, under a policy that lets in nothing foreign', async () => {
    const response = await createTestEdge({ publicUrl: 'https://pictures.example' }).fetch('/', {
      headers: BROWSER,
    });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toContain('text/html');
    expect(await response.text()).toContain('<!doctype html>');
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toContain("img-src 'self' https://pictures.example blob:");
    expect(policy).not.toContain('unsafe');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('referrer-policy')).toBe('no-referrer');
    expect(response.headers.get('cache-control')).toBe('no-cache');
    expect(response.headers.get('vary')).toBe('Accept');
  });

  it('is asked for again by its entity tag', async () => {
    const edge = createTestEdge();
    const etag = (await edge.fetch('/', { headers: BROWSER })).headers.get('etag') ?? '';
    const again = await edge.fetch('/', { headers: { ...BROWSER, 'if-none-match': etag } });
    expect(again.status).toBe(304);
    expect(again.headers.get('cache-control')).toBe('no-cache');
  });

  it.each(['*/*', 'text/plain', 'application/json', 'text/plain, text/html;q=0.5'])(
    'is not for who accepts %s: the endpoints are',
    async (accept) => {
      const response = await createTestEdge().fetch('/', { headers: { accept } });
      expect(response.headers.get('content-type')).toContain('text/plain');
      expect(response.headers.get('vary')).toBe('Accept');
    },
  );
});

describe('browser applications', () => {
  it('may call the API from any origin, with their key and the client’s own headers', async () => {
    const response = await createTestEdge().fetch('/v1/images/generations', {
      method: 'OPTIONS',
      headers: {
        origin: 'https://app.example',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization, content-type, x-stainless-lang',
      },
    });
    expect(response.status).toBe(204);
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(response.headers.get('access-control-allow-methods')).toBe('GET,HEAD,POST,PATCH,DELETE');
    expect(response.headers.get('access-control-allow-headers')).toMatch(/authorization.*x-stainless-lang/u);
    expect(response.headers.get('access-control-allow-credentials')).toBeNull();
  });

  it('may read errors, too', async () => {
    const response = await createTestEdge().generate('{', { origin: 'https://app.example' });
    expect(response.status).toBe(400);
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(response.headers.get('access-control-expose-headers')).toContain('x-request-id');
  });
});
