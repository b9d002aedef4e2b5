import { describe, expect, it } from 'vitest';
import { installFakeNetwork } from '../fakes/fake-network.ts';
import { idOf } from '../keys/admin-client.ts';
import { expectKeptNowhere } from './expect-kept-nowhere.ts';
import { type Answer, bearer, createOwnedEdge, pathOf } from './owned-edge.ts';
import { spellingsOf } from './spellings-of.ts';

installFakeNetwork();
const { edge, owner, other, morph, grid, publicMorph, keyId, signed, ask, told, headersFor } =
  await createOwnedEdge();

describe('a signed URL of a private file', () => {
  it.each(Object.entries(signed))('of a %s shows it, kept nowhere', async (_, path) => {
    for (const headers of [{}, ...headersFor(path)]) {
      const answer = await ask(path, headers);
      expect([200, 206, 304], `${path} ${answer.text}`).toContain(answer.status);
      expectKeptNowhere(path, answer);
      expect(JSON.stringify([...answer.headers])).not.toContain('evil');
    }
  });

  it.each(Object.entries(signed))('of a %s has one spelling', async (_, path) => {
    for (const spelling of spellingsOf(path).filter(
      (one) => pathOf(edge.origin + one) !== path || one.includes('?'),
    )) {
      const answer = await ask(spelling);
      expect([400, 401, 403, 404], spelling).toContain(answer.status);
      expectKeptNowhere(spelling, answer);
      expect(told(answer, spelling), spelling).toEqual([]);
    }
  });

  it.each(Object.entries(signed))(
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
