import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
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
  /** Process id of the model. */
  childPid(): number;
  /** Generate requests that it answered, by its own log and outcome (`ok` or an error's code). */
  logged(): ReadonlyMap<string, number>;
  signal(name: NodeJS.Signals): void;
  /** Exit code, once it has ended. */
  readonly exit: Promise<number | null>;
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
  const exit = once(child, 'close').then(([code]) => code as number | null);
  const logged = new Map<string, number>();
  const ready = Promise.withResolvers<void>();
  let url = '';
  createInterface({ input: child.stdout }).on('line', (line) => {
    const entry = JSON.parse(line) as { event: string; url?: string; outcome?: string };
    url = entry.url ?? url;
    if (entry.event === 'ready') ready.resolve();
    if (entry.event !== 'generate' || entry.outcome === undefined) return;
    logged.set(entry.outcome, (logged.get(entry.outcome) ?? 0) + 1);
  });
  void exit.then((code) => ready.reject(new Error(`the backend ended with ${code} before it was ready`)));
  await ready.promise;
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
    childPid() {
      const [pid] = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim().split(' ');
      return Number(pid);
    },
    logged: () => logged,
    signal: (name) => void child.kill(name),
    exit,
    async stop() {
      child.kill('SIGTERM');
      await exit;
      store.close();
    },
  };
}
