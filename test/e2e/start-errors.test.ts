import { once } from 'node:events';
import { cp, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { freePort, HOST } from '../../infra/local/ports.ts';
import { spawnStart, startDevStack, watchOutput } from '../fixtures/dev-stack.ts';
import { processesOf } from './processes.ts';

const emoji = fileURLToPath(new URL('../../gpu-backend/models/emoji-64', import.meta.url));

let dir: string;
let port: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'galip-start-'));
  port = String(await freePort());
});
afterAll(() => rm(dir, { recursive: true, force: true }));

/** What `npm start` prints before it gives up, with exit code 1 and nothing left running. */
async function refusal(
  args: readonly string[],
  env: Record<string, string> = {},
  dataDir = join(dir, 'data'),
): Promise<string> {
  const output = watchOutput(spawnStart(['--data', dataDir, ...args], env));
  expect(await output.ended).toBe(1);
  expect(await processesOf(output.pid)).toEqual([]);
  return output.logs();
}

async function copyOfModel(name: string): Promise<string> {
  const copy = join(dir, name);
  await cp(emoji, copy, { recursive: true });
  return copy;
}

const S3 = {
  S3_ENDPOINT: 'http://127.0.0.1:9',
  S3_BUCKET: 'pictures',
  S3_ACCESS_KEY_ID: 'id',
  S3_SECRET_ACCESS_KEY: 'secret',
};

describe('npm start says in one message what is wrong with', () => {
  it('a port that is taken, and how to choose another', async () => {
    const server = createServer().listen(Number(port), HOST);
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const text = await refusal(['--port', port]);
    expect(text).toMatch(new RegExp(`^\\nPort ${port} is taken.*npm start -- --port \\d+\\n$`, 'u'));
  });

  it.each([
    ['an unknown option', ['--prot', '1'], /Unknown option '--prot'.*--port N/su],
    ['a stray argument', ['8080'], /Unexpected argument '8080'.*--port N/su],
    [
      'a port that is no number',
      ['--port', 'http'],
      /--port is "http": it must be a number from 1 to 65535/u,
    ],
    ['a port that is too large', ['--port', '65536'], /--port is "65536": it must be/u],
    ['an empty folder name', ['--model', ''], /--model is empty/u],
    ['a missing model', ['--model', '/nowhere'], /no model in \/nowhere.*npm run convert.*--model DIR/su],
  ])('%s', async (_, args, message) => {
    expect(await refusal(['--port', port, ...args])).toMatch(message);
  });

  it('a manifest that is damaged', async () => {
    const model = await copyOfModel('damaged');
    await writeFile(join(model, 'model.json'), '{"id":');
    expect(await refusal(['--port', port, '--model', model])).toMatch(
      /model\.json is not a model's manifest/u,
    );
  });

  it('a manifest of another kind', async () => {
    const model = await copyOfModel('other');
    await writeFile(join(model, 'model.json'), '{"schemaVersion":2}');
    expect(await refusal(['--port', port, '--model', model])).toMatch(
      /not a model's manifest.*schemaVersion/su,
    );
  });

  it('a model file that was cut off', async () => {
    const model = await copyOfModel('cut');
    await truncate(join(model, 'generator.onnx'), 1_000);
    expect(await refusal(['--port', port, '--model', model])).toMatch(
      /not whole: generator\.onnx has 1000 bytes/u,
    );
  });

  it.each([
    ['half an S3 store', { S3_BUCKET: 'b' }, /not S3_ENDPOINT, S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY/u],
    [
      'a backend without keys',
      { BACKEND_URL: 'http://127.0.0.1:9' },
      /BACKEND_URL is set, but not SIGNING_KEYS/u,
    ],
    [
      'a backend that is no URL',
      { BACKEND_URL: 'here', SIGNING_KEYS: 'x' },
      /BACKEND_URL is "here": it must be an origin/u,
    ],
    [
      'a public URL that is no origin',
      { PUBLIC_URL: 'pictures.example.com' },
      /^PUBLIC_URL is "pict.*origin/mu,
    ],
    [
      'an S3 endpoint with a password',
      { ...S3, S3_ENDPOINT: 'http://user:hunter2@s3.example.com' },
      /^S3_ENDPOINT must be an http\(s\) URL without credentials and query\.$/mu,
    ],
    [
      'a bucket with another kind of name',
      { ...S3, S3_BUCKET: 'My_Bucket' },
      /^S3_BUCKET is "My_Bucket": it/mu,
    ],
    ['short signing keys', { SIGNING_KEYS: 'a:b' }, /^SIGNING_KEYS cannot be used: .* 32 characters\.$/mu],
  ])('%s', async (_, env, message) => {
    expect(await refusal(['--port', port], env)).toMatch(message);
  });

  it('a data folder that cannot be made, or is a file', async () => {
    expect(await refusal(['--port', port], {}, '/proc/galip')).toMatch(
      /^\n--data is \/proc\/galip: it must be a folder .*\(ENOENT.*\)\.\n$/u,
    );
    const file = join(dir, 'file');
    await writeFile(file, '');
    for (const path of [file, join(file, 'below')]) {
      expect(await refusal(['--port', port], {}, path)).toMatch(
        new RegExp(`^\\n--data is ${path}: it must be a folder .*\\)\\.\\n$`, 'u'),
      );
    }
  });

  it('a part that dies before it is ready, and stops the others', async () => {
    const text = await refusal(['--port', port], { QUEUE_LIMIT: '0' });
    expect(text).toMatch(/^backend │ .*QUEUE_LIMIT/mu);
    expect(text).toContain('The backend died before it was ready (exit code 1)');
  });
});

it('a data folder takes one npm start at a time, and the next one after a kill', async () => {
  const dataDir = join(dir, 'one-at-a-time');
  const env = { BACKEND_URL: 'http://127.0.0.1:9', SIGNING_KEYS: `dev:${'k'.repeat(32)}` };
  const first = await startDevStack({ dataDir, env });
  const session = await readFile(join(dataDir, 'dev.json'), 'utf8');
  expect(await refusal(['--port', port], env, dataDir)).toMatch(
    new RegExp(`--data is ${dataDir}: Another npm start \\(process ${first.pid}\\) uses that folder`, 'u'),
  );
  expect(await readFile(join(dataDir, 'dev.json'), 'utf8')).toBe(session);

  process.kill(first.pid, 'SIGKILL');
  const second = await startDevStack({ dataDir, env });
  expect(second.apiKey).toBe(first.apiKey);
  expect(await second.stop()).toBe(0);
}, 180_000);
