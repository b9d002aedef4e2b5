import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { DevStack } from '../fixtures/dev-stack.ts';
import { bytesOf, createImages, decode, picturesMade } from './http.ts';

const main = fileURLToPath(new URL('../../infra/sign-url/main.ts', import.meta.url));

/** What `npm run sign-url` prints. */
async function sign(stack: DevStack, ...options: string[]): Promise<string> {
  const { GALIP_URL: _, GALIP_API_KEY: __, ...env } = process.env;
  const args = [main, ...options, '--data', stack.dataDir];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env });
  return stdout.trim();
}

export function signedUrls(stack: () => DevStack, nativePx: number): void {
  describe('npm run sign-url', () => {
    it('prints a URL that makes its picture, and finds it from then on', async () => {
      const size = nativePx * 2;
      const url = await sign(
        stack(),
        'a purple cat',
        '--size',
        String(size),
        '--seed',
        '3',
        '--expires',
        '1h',
      );
      const response = await fetch(url);
      expect(response.redirected).toBe(true);
      expect(response.headers.get('content-type')).toBe('image/webp');
      expect(response.headers.get('cache-control')).toContain('immutable');
      const bytes = Buffer.from(await response.arrayBuffer());
      expect(await decode(bytes)).toMatchObject({ width: size, height: size });
      const made = await picturesMade(stack());
      expect((await bytesOf(url)).equals(bytes)).toBe(true);
      const body = { prompt: 'A purple  cat', size: `${size}x${size}`, seed: 3, output_format: 'webp' };
      expect((await createImages(stack(), body)).data[0]).toMatchObject({ cache: 'hit', url: response.url });
      expect(await picturesMade(stack())).toBe(made);
    });

    it('prints a URL of a private picture, which no other URL opens', async () => {
      const url = await sign(stack(), 'a secret cat', '--visibility', 'private', '--as', 'png');
      const response = await fetch(url);
      expect(response.redirected).toBe(false);
      expect(response.headers.get('content-type')).toBe('image/png');
      expect(response.headers.get('cache-control')).toBe('private, no-store');
      const bytes = Buffer.from(await response.arrayBuffer());
      expect(await decode(bytes)).toMatchObject({ width: nativePx });
      const body = { prompt: 'a secret cat', visibility: 'private' };
      const { data } = await createImages(stack(), body);
      const own = data[0]?.url ?? '';
      expect(data[0]?.cache).toBe('hit');
      expect((await fetch(own)).status).toBe(401);
      expect((await fetch(own.replace('/p/', '/i/'))).status).toBe(404);
      const headers = { authorization: `Bearer ${stack().apiKey}` };
      expect(Buffer.from(await (await fetch(own, { headers })).arrayBuffer()).equals(bytes)).toBe(true);
    });

    it('says what is wrong, on one line', async () => {
      await expect(sign(stack(), 'a cat', '--as', 'gif')).rejects.toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/^--as is "gif": .*\n$/u),
      });
    });
  });
}
