import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DevStack, startDevStack } from '../fixtures/dev-stack.ts';
import { compositions } from './compositions.suite.ts';
import { bytesOf, createImages, postImages } from './http.ts';
import { live } from './live.suite.ts';
import { openAiClient, openAiClientWithoutBackend } from './openai-client.suite.ts';
import { processesOf } from './processes.ts';
import { promptToPicture } from './prompt-to-picture.suite.ts';
import { signedUrls } from './signed-urls.suite.ts';
import { steeredPictures } from './steered-pictures.suite.ts';

// One data folder, two starts: whole, then again with a backend that is not there.

const manifest = new URL('../../gpu-backend/models/emoji-64/model.json', import.meta.url);
const nativePx: number = JSON.parse(await readFile(manifest, 'utf8')).generator.imageSize;

let dataDir: string;
let redApple: Buffer;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'galip-e2e-'));
});
afterAll(() => rm(dataDir, { recursive: true, force: true }));

describe('npm start', () => {
  let stack: DevStack;
  beforeAll(async () => {
    stack = await startDevStack({ dataDir });
  });

  promptToPicture(() => stack, nativePx);
  openAiClient(() => stack, nativePx);
  signedUrls(() => stack, nativePx);
  compositions(() => stack, nativePx);
  live(() => stack, nativePx);
  steeredPictures(() => stack);

  it('keeps its secrets in files of the user alone, and out of its output', async () => {
    for (const name of ['dev.json', 'dev.vars', 'dev-secrets']) {
      expect((await stat(join(dataDir, name))).mode & 0o777, name).toBe(0o600);
    }
    const secrets = JSON.parse(await readFile(join(dataDir, 'dev-secrets'), 'utf8')) as Record<
      string,
      string
    >;
    expect(Object.keys(secrets)).toContain('SIGNING_KEYS');
    for (const [name, secret] of Object.entries(secrets)) {
      const [kept = ''] = secret.match(/[\w-]{40,}/u) ?? [];
      expect(kept, name).not.toBe('');
      expect(stack.logs(), name).not.toContain(kept);
    }
  });

  it('ends on Ctrl-C with exit code 0 and leaves no process', async () => {
    redApple = await pictureOf(stack, 'a red apple');
    // Backend, inference process, wrangler, workerd.
    const processes = await processesOf(stack.pid);
    expect(processes.length).toBeGreaterThanOrEqual(4);
    expect(processes.join('\n')).toContain('inference-child.ts');
    expect(await stack.stop()).toBe(0);
    expect(await processesOf(stack.pid)).toEqual([]);
  });
});

describe('npm start again, without a backend', () => {
  let first: DevSessionFile;
  let stack: DevStack;
  beforeAll(async () => {
    first = JSON.parse(await readFile(join(dataDir, 'dev.json'), 'utf8'));
    // Port 9 (discard) of the machine: nothing listens.
    const env = { BACKEND_URL: 'http://127.0.0.1:9', SIGNING_KEYS: `dev:${'k'.repeat(32)}` };
    stack = await startDevStack({ dataDir, env });
  });

  it('still knows the key and the pictures', async () => {
    expect(stack.apiKey).toBe(first.apiKey);
    const bytes = await pictureOf(stack, 'a red apple');
    expect(bytes.equals(redApple)).toBe(true);
  });

  it('answers 503 with Retry-After for a picture that it does not know, and remembers nothing of it', async () => {
    for (let attempt = 0; attempt < 2; attempt++) {
      const response = await postImages(stack, { prompt: 'a picture that nobody made' });
      expect(response.status).toBe(503);
      expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(response.headers.get('cache-control')).toBe('no-store');
    }
  });

  openAiClientWithoutBackend(() => stack);

  it('leaves no process when it is killed itself', async () => {
    expect((await processesOf(stack.pid)).length).toBeGreaterThanOrEqual(2);
    process.kill(stack.pid, 'SIGKILL');
    await expect.poll(() => processesOf(stack.pid), { timeout: 10_000 }).toEqual([]);
  });
});

interface DevSessionFile {
  readonly apiKey: string;
}

/** Bytes of a picture that is known already. */
async function pictureOf(stack: DevStack, prompt: string): Promise<Buffer> {
  const { data } = await createImages(stack, { prompt });
  expect(data).toMatchObject([{ cache: 'hit' }]);
  return bytesOf(data[0]?.url ?? '');
}
