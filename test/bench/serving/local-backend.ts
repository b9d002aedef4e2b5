import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { modelCardSchema } from '../../../gpu-backend/contract/model-card.ts';
import { signedRequest, TEST_SIGNING_KEY } from '../../fixtures/signed-request.ts';

const MAIN = fileURLToPath(new URL('../../../gpu-backend/main.ts', import.meta.url));

/** The real backend in a process of its own, before a store that takes everything at once. */
export interface LocalBackend {
  readonly pid: number;
  /** Asks for a picture that nobody asked for before. */
  generate(caller?: string): Promise<Response>;
  get(path: string): Promise<Response>;
  metric(name: string): Promise<number>;
  stop(): Promise<void>;
}

export async function startLocalBackend(
  environment: Readonly<Record<string, string>>,
): Promise<LocalBackend> {
  const store = createServer((request, response) => {
    request.resume();
    request.once('end', () => response.writeHead(200, { etag: '"1"' }).end());
  });
  store.listen(0, '127.0.0.1');
  await once(store, 'listening');
  const child = spawn(process.execPath, [MAIN], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PATH: process.env.PATH,
      PORT: '0',
      SIGNING_KEYS: `${TEST_SIGNING_KEY.id}:${TEST_SIGNING_KEY.secret}`,
      S3_ENDPOINT: `http://127.0.0.1:${(store.address() as AddressInfo).port}`,
      S3_BUCKET: 'pictures',
      S3_ACCESS_KEY_ID: 'key',
      S3_SECRET_ACCESS_KEY: 'secret',
      ...environment,
    },
  });
  const ended = once(child, 'exit');
  let url = '';
  for await (const line of createInterface({ input: child.stdout })) {
    const entry = JSON.parse(line) as { event: string; url?: string };
    url = entry.url ?? url;
    if (entry.event === 'ready') break;
  }
  if (url === '') throw new Error('the backend did not get ready');
  // What it writes from now on is read away, or the pipe would fill and stop it.
  child.stdout.resume();
  const card = modelCardSchema.parse(await (await fetch(`${url}/v1/models`)).json());
  let seed = 0;
  return {
    pid: child.pid as number,
    async generate(caller = 'bench') {
      const images = [{ prompt: `picture ${seed % 100}`, seed: seed++ }];
      const picture = { size: card.imageSize, format: 'webp', quality: 90 };
      return fetch(
        await signedRequest(`${url}/v1/generate`, { model: card.digest, images, ...picture, caller }),
      );
    },
    get: (path) => fetch(`${url}${path}`),
    async metric(name) {
      const text = await (await fetch(`${url}/metrics`)).text();
      return Number(new RegExp(`^${name} (\\S+)$`, 'mu').exec(text)?.[1]);
    },
    async stop() {
      child.kill('SIGTERM');
      await ended;
      store.close();
    },
  };
}
