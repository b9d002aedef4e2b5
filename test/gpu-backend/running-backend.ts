import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { type ModelCard, modelCardSchema } from '../../gpu-backend/contract/model-card.ts';
import { signedRequest, TEST_SIGNING_KEY } from '../fixtures/signed-request.ts';

const MAIN = fileURLToPath(new URL('../../gpu-backend/main.ts', import.meta.url));
/** On a machine that is busy with other things. */
export const SOON = { timeout: 20_000 };
export const S3_SECRET = 'the-secret-of-the-store';
const ENVIRONMENT = {
  PATH: process.env.PATH,
  PORT: '0',
  SIGNING_KEYS: `${TEST_SIGNING_KEY.id}:${TEST_SIGNING_KEY.secret}`,
  S3_ENDPOINT: 'http://127.0.0.1:9',
  S3_BUCKET: 'pictures',
  S3_ACCESS_KEY_ID: 'key',
  S3_SECRET_ACCESS_KEY: S3_SECRET,
  INFERENCE_THREADS: '1',
};

const closers: (() => void)[] = [];

/** To be done when the test has ended; with `isFirst` before what was given so far. */
export function afterTest(close: () => void, isFirst = false): void {
  if (isFirst) closers.unshift(close);
  else closers.push(close);
}

/** Ends all that a test started. */
export function closeAll(): void {
  for (const close of closers.splice(0)) close();
}

export interface Backend {
  readonly child: ChildProcess;
  /** All that it wrote so far. */
  readonly output: { out: string; error: string };
  /** The log's next entry of this event. */
  event(name: string): Promise<Record<string, unknown>>;
  exit(): Promise<{ code: number | null }>;
}

export function startMain(environment: Record<string, string | undefined> = {}): Backend {
  const child = spawn(process.execPath, [MAIN], { env: { ...ENVIRONMENT, ...environment } });
  afterTest(() => child.kill('SIGKILL'));
  const output = { out: '', error: '' };
  const seen: Record<string, unknown>[] = [];
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => {
    output.out += `${line}\n`;
    seen.push(JSON.parse(line) as Record<string, unknown>);
  });
  child.stderr.on('data', (data: Buffer) => {
    output.error += data.toString();
  });
  const ended = once(child, 'close');
  return {
    child,
    output,
    async event(name) {
      for (;;) {
        const found = seen.find(({ event }) => event === name);
        if (found) return found;
        await Promise.race([
          once(lines, 'line'),
          ended.then(() => Promise.reject(new Error(`ended without ${name}: ${output.error}`))),
        ]);
      }
    },
    async exit() {
      const [code] = (await ended) as [number | null];
      return { code };
    },
  };
}

/** An S3 service that takes every object. */
export async function startS3(): Promise<string> {
  const server = createServer((request, response) => {
    request.resume();
    request.once('end', () => response.writeHead(200, { etag: '"1"' }).end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  afterTest(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

export function childrenOf({ child: { pid } }: Backend): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number);
}

/** The inference process of a backend. */
export function childOf(backend: Backend): number {
  const [child, ...others] = childrenOf(backend);
  expect(others).toEqual([]);
  return child as number;
}

/** Stops the inference process where it is, until it is sent SIGCONT; one that is stopped would outlive its parent. */
export function holdChild(backend: Backend): number {
  const pid = childOf(backend);
  process.kill(pid, 'SIGSTOP');
  afterTest(() => signalIfAlive(pid, 'SIGKILL'), true);
  return pid;
}

/** A stopped process may have been given up and killed meanwhile. */
export function signalIfAlive(pid: number, signal: 'SIGCONT' | 'SIGKILL'): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    expect(error).toMatchObject({ code: 'ESRCH' });
  }
}

/** An S3 service that answers puts only when it is told to. */
export async function startHeldS3() {
  const arrived = Promise.withResolvers<ServerResponse>();
  const server = createServer((request, response) => {
    request.resume();
    request.once('end', () => arrived.resolve(response));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  afterTest(() => server.close());
  return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, put: arrived.promise };
}

interface ExportedSpan {
  readonly name: string;
  readonly kind: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly startTimeUnixNano: string;
}

/** An OTLP/HTTP collector that keeps what it gets. */
export async function startCollector() {
  const bodies: string[] = [];
  const server = createServer(async (request, response) => {
    if (request.url !== '/v1/traces') return response.writeHead(404).end();
    bodies.push(Buffer.concat(await request.toArray()).toString());
    return response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  afterTest(() => server.close());
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bodies,
    spans: (): ExportedSpan[] =>
      bodies.flatMap((body) => JSON.parse(body).resourceSpans[0].scopeSpans[0].spans as ExportedSpan[]),
  };
}

export async function metricOf(url: string, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\S+)$`, 'mu').exec(text)?.[1]);
}

export async function cardOf(url: string): Promise<ModelCard> {
  return modelCardSchema.parse(await (await fetch(`${url}/v1/models`)).json());
}

/** A backend that has loaded its model, and its URL. */
export async function startReady(
  environment: Record<string, string | undefined> = {},
): Promise<{ backend: Backend; url: string }> {
  const backend = startMain(environment);
  const { url } = await backend.event('listening');
  await backend.event('ready');
  return { backend, url: String(url) };
}

export async function generate(url: string, body: object, init?: RequestInit): Promise<Response> {
  return fetch(await signedRequest(`${url}/v1/generate`, body), init);
}

export function generateBody({ digest }: ModelCard) {
  return {
    model: digest,
    images: [{ prompt: 'red apple', seed: 1 }],
    size: 64,
    format: 'png',
    quality: null,
  };
}
