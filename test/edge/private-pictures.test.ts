import { beforeEach, describe, expect, it } from 'vitest';
import { bodyText } from './fakes/body-text.ts';
import { createTestEdge, issueKey, type TestEdge } from './fakes/test-edge.ts';

let edge: TestEdge;
let owner: string;
let path: string;

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

interface Image {
  readonly url: string;
  readonly fingerprint: string;
  readonly cache: string;
}

async function generate(key: string, visibility: string): Promise<Image> {
  const response = await edge.generate({ prompt: 'a red apple', visibility }, bearer(key));
  expect(response.status).toBe(200);
  const [image] = (await response.json<{ data: Image[] }>()).data;
  if (!image) throw new Error('one picture was asked for');
  return image;
}

beforeEach(async () => {
  edge = createTestEdge();
  owner = await issueKey({ tenant: 'owner', scopes: ['generate', 'read'] });
  path = (await generate(owner, 'private')).url.slice(edge.origin.length);
});

describe('a private picture', () => {
  it('opens to keys of its owner, for no cache', async () => {
    expect(path).toMatch(/^\/p\/[0-9a-f]{64}\.png$/u);
    const reader = await issueKey({ tenant: 'owner', scopes: ['read'] });
    for (const key of [owner, reader]) {
      const response = await edge.fetch(path, { headers: bearer(key) });
      expect(response.status).toBe(200);
      expect(response.headers.get('cache-control')).toBe('private, no-store');
      expect(await bodyText(response)).toMatch(/^picture [0-9a-f]{64}$/u);
    }
  });

  it('answers conditions, ranges and HEAD', async () => {
    const whole = await edge.fetch(path, { method: 'HEAD', headers: bearer(owner) });
    const etag = whole.headers.get('etag') ?? '';
    const statusWith = async (headers: Record<string, string>) =>
      (await edge.fetch(path, { headers: { ...bearer(owner), ...headers } })).status;
    expect(await statusWith({ 'if-none-match': etag })).toBe(304);
    expect(await statusWith({ range: 'bytes=0-1' })).toBe(206);
    expect(await statusWith({ range: 'bytes=999-' })).toBe(416);
  });

  it('is not there for anybody else, by any URL', async () => {
    const other = await issueKey({ tenant: 'other', scopes: ['generate', 'read', 'admin'], operator: true });
    expect((await edge.fetch(path, { headers: bearer(other) })).status).toBe(404);
    expect((await edge.fetch(path)).status).toBe(401);
    const open = path.replace('/p/', '/i/');
    expect((await edge.fetch(open)).status).toBe(404);
    expect((await edge.fetch(open, { headers: bearer(owner) })).status).toBe(404);
    expect((await edge.fetch(`${path}?x=1`, { headers: bearer(owner) })).status).toBe(404);
  });

  it('is another picture than the public one, and than another tenant’s', async () => {
    const other = await issueKey({ tenant: 'other' });
    const images = [
      await generate(owner, 'private'),
      await generate(owner, 'public'),
      await generate(other, 'public'),
      await generate(other, 'private'),
    ];
    expect(images.map(({ cache }) => cache)).toEqual(['hit', 'miss', 'hit', 'miss']);
    expect(new Set(images.map(({ fingerprint }) => fingerprint)).size).toBe(3);
  });

  it('never lies in the colo cache', async () => {
    await edge.fetch(path, { headers: bearer(owner) });
    edge.store.objects.clear();
    edge.store.down = true;
    expect((await edge.fetch(path, { headers: bearer(owner) })).status).toBe(503);
    for (const url of [path, path.replace('/p/', '/i/')]) {
      expect(await caches.default.match(edge.origin + url)).toBeUndefined();
    }
  });

  it('is made again for its owner alone', async () => {
    edge.store.objects.clear();
    expect((await edge.fetch(path.replace('/p/', '/i/'))).status).toBe(404);
    const other = await issueKey({ tenant: 'other', scopes: ['read'] });
    expect((await edge.fetch(path, { headers: bearer(other) })).status).toBe(404);
    expect(edge.backend.requests).toHaveLength(1);
    expect((await edge.fetch(path, { headers: bearer(owner) })).status).toBe(200);
    expect(edge.backend.requests).toHaveLength(2);
  });

  it('is asked of the backend in its owner’s name', () => {
    expect(edge.backend.requests).toEqual([expect.objectContaining({ tenant: 'owner' })]);
    expect([...edge.store.objects.keys()]).toEqual([expect.stringMatching(/^p\/owner\/[0-9a-f]{64}\.png$/u)]);
  });
});
