import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { freePort } from '../../../infra/local/ports.ts';
import { type WorkerService, workerdConfig } from './workerd-config.ts';

const execute = promisify(execFile);

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const WRANGLER = join(ROOT, 'node_modules/wrangler/bin/wrangler.js');
const WORKERD = join(ROOT, 'node_modules/workerd/bin/workerd');
const HELLO = 'test/bench/edge/hello.ts';
const CACHE = 'test/bench/edge/cache-service.ts';
/** wrangler.toml's. */
const COMPATIBILITY_DATE = '2026-10-01';
const START_LIMIT_MS = 20_000;

export interface Workers extends AsyncDisposable {
  readonly pid: number;
  readonly helloPort: number;
  readonly edgePort: number;
}

/**
 * The edge as it is deployed and a bare Hono Worker, in one workerd without wrangler or miniflare around it: nothing but
 * the Workers themselves is measured.
 */
export async function startWorkers(variables: Readonly<Record<string, string>>): Promise<Workers> {
  const folder = await mkdtemp(join(tmpdir(), 'galip-workerd-'));
  const [helloPort, edgePort] = [await freePort(), await freePort()];
  await bundle(folder, 'edge', ['--config', 'wrangler.toml', '--env', 'local']);
  for (const [name, main] of [
    ['hello', HELLO],
    ['cache', CACHE],
  ] as const) {
    const config = join(folder, `${name}.json`);
    const options = { name, main: join(ROOT, main), compatibility_date: COMPATIBILITY_DATE };
    await writeFile(config, JSON.stringify(options));
    await bundle(folder, name, ['--config', config]);
  }
  const services: WorkerService[] = [
    { name: 'hello', path: 'hello.js', port: helloPort },
    { name: 'cache', path: 'cache.js' },
    {
      name: 'edge',
      path: 'edge.js',
      port: edgePort,
      variables,
      objects: OBJECTS,
      unused: ['DB'],
      cache: 'cache',
    },
  ];
  await writeFile(join(folder, 'config.capnp'), workerdConfig(services, COMPATIBILITY_DATE));
  const child = spawn(WORKERD, ['serve', 'config.capnp'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = once(child, 'exit');
  await answers(`http://127.0.0.1:${helloPort}/`);
  return {
    pid: child.pid as number,
    helloPort,
    edgePort,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await ended;
      await rm(folder, { recursive: true });
    },
  };
}

const OBJECTS = {
  FLIGHT: 'FlightObject',
  IDEMPOTENCY: 'IdempotencyObject',
  LEDGER: 'LedgerObject',
  JOB: 'JobObject',
  WEBHOOK: 'WebhookObject',
};

async function bundle(folder: string, name: string, options: readonly string[]): Promise<void> {
  const out = join(folder, `${name}-bundle`);
  await mkdir(out);
  const args = [WRANGLER, 'deploy', '--dry-run', '--outdir', out, ...options];
  const env = { ...process.env, WRANGLER_SEND_METRICS: 'false', CLOUDFLARE_CF_FETCH_ENABLED: 'false' };
  await execute(process.execPath, args, { cwd: ROOT, env });
  const [file] = (await readdir(out)).filter((one) => one.endsWith('.js'));
  if (!file) throw new Error(`wrangler made no bundle of ${name}`);
  await copyFile(join(out, file), join(folder, `${name}.js`));
}

async function answers(url: string): Promise<void> {
  for (const giveUpAt = performance.now() + START_LIMIT_MS; ; await sleep(50)) {
    const isUp = await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isUp) return;
    if (performance.now() > giveUpAt) throw new Error(`nothing answered at ${url}`);
  }
}
