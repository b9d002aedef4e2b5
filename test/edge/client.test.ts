import { expect, it } from 'vitest';
import { createGalip } from '../../edge/client/create-galip.ts';
import { InvalidRequestError } from '../../edge/client/errors.ts';
import { createUrlSigner } from '../../edge/client/url-signer.ts';
import { createTestEdge, issueKey } from './fakes/test-edge.ts';

// The client within a Worker, with another Worker behind its `fetch`, as a service binding is.

const edge = createTestEdge();
const apiKey = await issueKey({ scopes: ['generate', 'read'] });
const galip = createGalip({
  baseUrl: edge.origin,
  apiKey,
  fetch: (input, init) => edge.fetch(new URL(String(input)).pathname + new URL(String(input)).search, init),
});

it('makes pictures, and throws typed errors', async () => {
  const { data } = await galip.images.create({ prompt: 'a red apple', n: 2 });
  expect(data).toMatchObject([{ cache: 'miss' }, { cache: 'miss' }]);
  expect((await galip.images.bytes(data[0] ?? {})).length).toBeGreaterThan(0);
  await expect(galip.images.create({ prompt: '' })).rejects.toBeInstanceOf(InvalidRequestError);
  expect(await galip.balance()).toMatchObject({ object: 'balance', billed: 2 });
});

it('signs URLs that this edge opens', async () => {
  const { key_id: keyId, secret } = await galip.urlSigningSecret();
  const url = await createUrlSigner({ baseUrl: edge.origin, keyId, secret })({
    prompt: 'a red apple',
    extension: 'png',
  });
  const response = await edge.fetch(url.slice(edge.origin.length));
  expect(response.status).toBe(302);
});
