import { execFile } from 'node:child_process';
import { access, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ApiDocument } from '../../edge/docs/document.ts';
import { type ApiServer, json, startApiServer } from '../client/api-server.ts';
import { installPackage } from '../client/install-package.ts';
import { type DevStack, startDevStack } from '../fixtures/dev-stack.ts';
import { makeExampleWorld } from './example-world.ts';

// Each program of the served OpenAPI document, run as it stands against the server that serves it.

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));
const tsc = join(root, 'node_modules/typescript/lib/tsc.js');
/** With OpenAI's package: `python3 -m venv .cache/openai-python`, then its `pip install openai`. */
const python = join(root, '.cache/openai-python/bin/python');
const hasPython = await access(python).then(
  () => true,
  () => false,
);

interface Example {
  readonly name: string;
  readonly label: string;
  readonly source: string;
}

let resolver: ApiServer;
let stack: DevStack;
let folder: string;
let env: Record<string, string | undefined>;
let examples: Example[];
beforeAll(async () => {
  // DNS over HTTPS, for the webhook's host: a public address, which nothing here reaches.
  resolver = await startApiServer((response, { url }) =>
    json(response, 200, {
      Status: 0,
      Answer: url.includes('type=AAAA') ? [] : [{ type: 1, data: '93.184.215.14' }],
    }),
  );
  stack = await startDevStack({ env: { DNS_RESOLVER_URL: resolver.origin } });
  // Below the root, where OpenAI's package is found.
  await mkdir(join(root, '.cache'), { recursive: true });
  folder = await mkdtemp(join(root, '.cache/examples-'));
  await installPackage(folder);
  // An answer that is an error fails the program.
  await writeFile(join(folder, '.curlrc'), 'fail-with-body\n');
  env = { ...process.env, ...(await makeExampleWorld(stack)), CURL_HOME: folder };
  examples = await readExamples();
});
afterAll(async () => {
  await stack?.stop();
  await resolver?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

/** In the order of the document, but what ends something last. */
async function readExamples(): Promise<Example[]> {
  const { paths } = (await (await fetch(`${stack.url}/openapi.json`)).json()) as ApiDocument;
  const all = Object.values(paths).flatMap((methods) =>
    Object.entries(methods).flatMap(([method, operation]) =>
      (operation['x-codeSamples'] ?? []).map(({ label, source }) => ({
        name: operation.operationId,
        label,
        source,
        isEnd: method === 'delete',
      })),
    ),
  );
  return [...all.filter(({ isEnd }) => !isEnd), ...all.filter(({ isEnd }) => isEnd)];
}

/** Runs all of a kind, and tells every one that failed. */
async function runAll(label: string, execute: (example: Example) => Promise<{ stdout: string }>) {
  const failed: string[] = [];
  const printed = new Map<string, string>();
  for (const example of examples.filter((each) => each.label === label)) {
    try {
      printed.set(example.name, (await execute(example)).stdout);
    } catch (error) {
      const { stdout, stderr } = error as { stdout: string; stderr: string };
      failed.push(`${example.name}: ${stdout}${stderr}\n${example.source}`);
    }
  }
  expect(failed).toEqual([]);
  return printed;
}

it('curl: every operation has a line, and every line succeeds', async () => {
  const printed = await runAll('curl', ({ source }) => run('bash', ['-c', source], { cwd: folder, env }));
  expect(JSON.parse(printed.get('createImages') ?? '').data).toHaveLength(2);
  expect(printed.get('headPicture')).toContain('image/png');
  expect(printed.get('getSignedPicture')).toBe('');
  // A WebSocket is nothing for curl.
  const names = new Set(examples.map(({ name }) => name).filter((name) => name !== 'live'));
  expect([...printed.keys()].sort()).toEqual([...names].sort());
});

it('TypeScript: every program compiles strictly, runs, and prints what it promises', async () => {
  const fileOf = (name: string): string => join(folder, `${name}.ts`);
  const programs = examples.filter(({ label }) => label === 'TypeScript');
  for (const { name, source } of programs) await writeFile(fileOf(name), source);
  const files = programs.map(({ name }) => fileOf(name));
  const flags = ['--ignoreConfig', '--strict', '--noEmit', '--module', 'nodenext', '--target', 'es2022'];
  const compiled = run(process.execPath, [tsc, ...flags, '--types', 'node', ...files], { cwd: folder });
  expect((await compiled.catch((error) => error)).stdout).toBe('');
  const printed = await runAll('TypeScript', ({ name }) =>
    run(process.execPath, [fileOf(name)], { cwd: folder, env }),
  );
  expect(printed.get('createImages')).toMatch(/^0 http:\S+\.webp\n1 http:\S+\.webp\n$/u);
  expect(printed.get('getJobEvents')).toMatch(/succeeded http:\S+\.png\n$/u);
  const sources = [...(printed.get('getSignedPicture') ?? '').matchAll(/<img src="([^"]+)">/gu)];
  expect(sources).toHaveLength(2);
  for (const [, src = ''] of sources)
    expect((await fetch(src)).headers.get('content-type')).toBe('image/webp');
  expect(printed.get('live')).toMatch(/^superseded 0\n.+\nhttp:\S+\.png \d{3,}\n$/u);
  for (const [name, text] of printed) expect(text, name).not.toBe('');
});

it('JavaScript, by OpenAI’s own client', async () => {
  const printed = await runAll('JavaScript (openai)', async ({ name, source }) => {
    const file = join(folder, `${name}.mjs`);
    await writeFile(file, source);
    return run(process.execPath, [file], { cwd: folder, env });
  });
  expect(printed.get('createImages')).toMatch(/^http:\S+\.png\nhttp:\S+\.png\n$/u);
});

it.skipIf(!hasPython)(`Python, by OpenAI’s own client (where .cache/openai-python has it)`, async () => {
  const printed = await runAll('Python (openai)', ({ source }) =>
    run(python, ['-c', source], { cwd: folder, env }),
  );
  expect(printed.get('createImages')).toMatch(/^http:\S+\.webp\nhttp:\S+\.webp\n$/u);
  expect(printed.get('listModels')).toBe('emoji-64\n');
});
