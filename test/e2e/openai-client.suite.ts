import OpenAI, { AuthenticationError, BadRequestError, InternalServerError } from 'openai';
import { describe, expect, it } from 'vitest';
import { createApiKey } from '../../gpu-backend/contract/api-key.ts';
import type { DevStack } from '../fixtures/dev-stack.ts';
import { bytesOf, decode } from './http.ts';

function openAi({ url, apiKey }: Pick<DevStack, 'url' | 'apiKey'>): OpenAI {
  return new OpenAI({ baseURL: `${url}/v1`, apiKey, maxRetries: 0 });
}

const MODEL = 'emoji-64';

/** The official client, pointed here by its base URL alone. */
export function openAiClient(stack: () => DevStack, nativePx: number): void {
  describe('the official openai client', () => {
    it('generates three pictures, as urls and as base64', async () => {
      const request = { model: MODEL, prompt: 'a yellow banana', n: 3 } as const;
      const urls = await openAi(stack()).images.generate({ ...request, response_format: 'url' });
      const inline = await openAi(stack()).images.generate({ ...request, response_format: 'b64_json' });
      expect(urls.data).toHaveLength(3);
      expect(inline.data).toHaveLength(3);
      for (const [at, { url = '' }] of (urls.data ?? []).entries()) {
        const bytes = await bytesOf(url);
        expect(await decode(bytes)).toMatchObject({ width: nativePx, height: nativePx });
        expect(inline.data?.[at]?.b64_json).toBe(bytes.toString('base64'));
      }
      expect(new Set(urls.data?.map(({ url }) => url)).size).toBe(3);
    });

    it('lists the model', async () => {
      const { data } = await openAi(stack()).models.list();
      expect(data).toMatchObject([{ id: MODEL, object: 'model' }]);
    });

    it('throws AuthenticationError for an unknown key', async () => {
      const apiKey = createApiKey('test').text;
      const error = await errorOf(openAi({ ...stack(), apiKey }));
      expect(error).toBeInstanceOf(AuthenticationError);
      expect(error).toMatchObject({ status: 401, code: 'invalid_api_key', type: 'authentication_error' });
    });

    it('throws BadRequestError naming the field', async () => {
      const error = await errorOf(openAi(stack()), { prompt: '' });
      expect(error).toBeInstanceOf(BadRequestError);
      expect(error).toMatchObject({ status: 400, code: 'invalid_request', param: 'prompt' });
    });
  });
}

/** Stack without a backend. */
export function openAiClientWithoutBackend(stack: () => DevStack): void {
  it('throws InternalServerError (503) to the official openai client', async () => {
    const error = await errorOf(openAi(stack()), { prompt: 'a picture that nobody made' });
    expect(error).toBeInstanceOf(InternalServerError);
    expect(error).toMatchObject({ status: 503, code: 'backend_unavailable', type: 'server_error' });
  });
}

async function errorOf(client: OpenAI, change: { prompt?: string } = {}): Promise<unknown> {
  return client.images.generate({ prompt: 'a red apple', ...change }).then(
    () => undefined,
    (error: unknown) => error,
  );
}
