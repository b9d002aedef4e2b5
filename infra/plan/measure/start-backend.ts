import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { SigningKey } from '../../../gpu-backend/contract/signature.ts';
import { CommandError } from '../../command/command-error.ts';

const MAIN = fileURLToPath(new URL('../../../gpu-backend/main.ts', import.meta.url));

/** What the backend says in its log when it can make pictures. */
const readySchema = z.object({
  event: z.literal('ready'),
  buckets: z.array(z.object({ bucket: z.int(), ms: z.number() })).min(1),
});

/** The backend of this checkout in a process of its own, before a store that takes everything at once. */
export interface MeasuredBackend {
  readonly url: string;
  readonly signingKey: SigningKey;
  /** What each bucket took when it was warmed. */
  readonly buckets: z.infer<typeof readySchema>['buckets'];
  /** From its start until it was ready. */
  readonly startSeconds: number;
  stop(): Promise<void>;
}

/** @throws CommandError when the model cannot be served. */
export async function startBackend(
  modelDirectory: string,
  variables: Readonly<Record<string, string>>,
): Promise<MeasuredBackend> {
  const store = createServer((request, response) => {
    request.resume();
    request.once('end', () => response.writeHead(200, { etag: '"1"' }).end());
  });
  store.listen(0, '127.0.0.1');
  await once(store, 'listening');
  const signingKey = { id: 'measure', secret: randomBytes(32).toString('hex') };
  const startedAt = performance.now();
  const child = spawn(process.execPath, [MAIN], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PATH: process.env.PATH,
      PORT: '0',
      MODEL_DIR: modelDirectory,
      SIGNING_KEYS: `${signingKey.id}:${signingKey.secret}`,
      S3_ENDPOINT: `http://127.0.0.1:${(store.address() as AddressInfo).port}`,
      S3_BUCKET: 'pictures',
      S3_ACCESS_KEY_ID: 'key',
      S3_SECRET_ACCESS_KEY: 'secret',
      ...variables,
    },
  });
  const ended = once(child, 'exit');
  let url = '';
  for await (const line of createInterface({ input: child.stdout })) {
    const entry = JSON.parse(line) as { url?: string };
    url = entry.url ?? url;
    const ready = readySchema.safeParse(entry).data;
    if (!ready) continue;
    // What it writes from now on is read away, or the pipe would fill and stop it.
    child.stdout.resume();
    return {
      url,
      signingKey,
      buckets: ready.buckets,
      startSeconds: (performance.now() - startedAt) / 1_000,
      async stop() {
        child.kill('SIGTERM');
        await ended;
        store.close();
      },
    };
  }
  store.close();
  throw new CommandError(`--measure is ${modelDirectory}: the backend ended before it was ready, see above.`);
}
