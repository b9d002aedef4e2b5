import { describe, expect, it } from 'vitest';
import { createApiKey } from '../../../gpu-backend/contract/api-key.ts';
import { fetchSigningSecret } from '../../../infra/sign-url/signing-secret.ts';

const key = createApiKey('test').text;

describe('the signing secret of npm run sign-url', () => {
  it.each([
    [{ GALIP_URL: 'https://edge.example' }, /GALIP_URL is set alone.*GALIP_API_KEY/u],
    [{ GALIP_URL: 'http://edge.example', GALIP_API_KEY: key }, /https/u],
    [{ GALIP_URL: 'https://edge.example', GALIP_API_KEY: 'glp_x' }, /GALIP_API_KEY is not an API key/u],
    [{}, /npm start.*GALIP_API_KEY/u],
    [{ GALIP_URL: 'http://127.0.0.1:9', GALIP_API_KEY: key }, /does not answer/u],
  ])('says what is wrong with %j, and no key', async (environment, message) => {
    const failure = fetchSigningSecret(environment, '/nowhere');
    await expect(failure).rejects.toThrow(message);
    await expect(failure).rejects.not.toThrow(key);
  });
});
