import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decode } from '../e2e/http.ts';
import { CHROMIUM, startBrowser } from '../fixtures/browser.ts';
import type { DevStack } from '../fixtures/dev-stack.ts';
import { startApiServer } from './api-server.ts';
import { installPackage } from './install-package.ts';
import { runCli } from './run-cli.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));
const tsc = join(root, 'node_modules/typescript/lib/tsc.js');

const PROGRAM = `
import { createGalip, createUrlSigner, type Images, InvalidRequestError } from 'galip';
declare const process: { env: Record<string, string | undefined> };
const { BASE_URL: baseUrl = '', API_KEY: apiKey = '' } = process.env;
const galip = createGalip({ baseUrl, apiKey });
const images: Images = await galip.images.create({ prompt: 'a red apple', output_format: 'webp' });
const sign = createUrlSigner({ baseUrl, keyId: 'k', secret: 's' });
const error: unknown = await galip.images.create({ prompt: '' }).catch((cause: unknown) => cause);
console.log(JSON.stringify([images.data.length, await sign({ prompt: 'a' }), error instanceof InvalidRequestError && error.param]));
`;

const PAGE = `<!doctype html><script type="module">
import { createGalip } from '/edge/client/index.js';
const galip = createGalip(Object.fromEntries(new URLSearchParams(location.search)));
const { id } = await galip.jobs.create({ prompt: 'a red apple', output_format: 'webp' });
let steps;
for await (const { status } of galip.jobs.watch(id)) steps = status;
const bytes = await galip.images.bytes((await galip.jobs.wait(id)).data[0]);
const image = Object.assign(new Image(), { src: URL.createObjectURL(new Blob([bytes])) });
await image.decode();
const { type } = await (await fetch((await galip.jobs.wait(id)).data[0].url)).blob();
const { code } = await galip.images.create({ prompt: '' }).catch((error) => error);
await fetch('/result', { method: 'POST', body: JSON.stringify({ steps, type, code }) });
</script>`;

/** The package as npm would get it, installed without a network into an empty folder. */
export function packedPackage(stack: () => DevStack): void {
  describe('the packed package', () => {
    let folder: string;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'galip-packed-'));
      await installPackage(folder);
    });
    afterAll(() => rm(folder, { recursive: true, force: true }));

    it('has no dependency, its licence, and nothing but what it runs', async () => {
      const installed = join(folder, 'node_modules');
      expect((await readdir(installed)).filter((name) => !name.startsWith('.'))).toEqual(['galip']);
      expect((await readdir(join(installed, 'galip'))).sort()).toEqual([
        'LICENSE',
        'README.md',
        'dist',
        'package.json',
      ]);
      const files = await readdir(join(installed, 'galip/dist'), { recursive: true });
      const kinds = files.filter((name) => /\.\w+$/u.test(name) && !/\.(?:js|d\.ts)$/u.test(name));
      expect(kinds).toEqual([]);
    });

    it('runs as a command', async () => {
      const main = join(folder, 'node_modules/.bin/galip');
      const env = { GALIP_BASE_URL: stack().url, GALIP_API_KEY: stack().apiKey };
      const options = { cwd: folder, env, main };
      expect(await runCli(['a red apple', '-o', 'apple.webp'], options)).toMatchObject({
        code: 0,
        stderr: '',
      });
      expect(await decode(await readFile(join(folder, 'apple.webp')))).toMatchObject({
        width: 64,
        height: 64,
      });
      const { version } = JSON.parse(await readFile(join(root, 'edge/client/package.json'), 'utf8'));
      expect((await runCli(['--version'], options)).stdout.toString()).toBe(`${version}\n`);
      expect((await runCli(['--help'], options)).stdout.toString()).toContain('Exit codes');
    });

    it('is compiled against and imported by another project, all of its declarations checked', async () => {
      await writeFile(join(folder, 'program.ts'), PROGRAM);
      const flags = ['--strict', '--module', 'nodenext', '--target', 'es2022', '--lib', 'es2022,dom'];
      await run(process.execPath, [tsc, ...flags, 'program.ts'], { cwd: folder });
      const env = { ...process.env, BASE_URL: stack().url, API_KEY: stack().apiKey };
      const { stdout } = await run(process.execPath, ['program.js'], { cwd: folder, env });
      const [count, url, param] = JSON.parse(stdout);
      expect([count, param]).toEqual([1, 'prompt']);
      expect(url).toMatch(/^http:\/\/.+\/s\/k\/[\w-]{43}\/-\/a\.webp$/u);
    });

    it.skipIf(CHROMIUM === undefined)('runs in a browser, on another origin than the service', async () => {
      const heard = Promise.withResolvers<unknown>();
      await using site = await startApiServer(async (response, { url, body }) => {
        if (url === '/result') heard.resolve(JSON.parse(body));
        if (!url.endsWith('.js')) return response.writeHead(200, { 'content-type': 'text/html' }).end(PAGE);
        const file = await readFile(join(folder, 'node_modules/galip/dist', url));
        response.writeHead(200, { 'content-type': 'text/javascript' }).end(file);
      });
      const query = new URLSearchParams({ baseUrl: stack().url, apiKey: stack().apiKey });
      await using browser = await startBrowser();
      const page = await browser.newPage();
      await page.goto(`${site.origin}/?${query}`);
      expect(await heard.promise).toEqual({
        steps: 'succeeded',
        type: 'image/webp',
        code: 'invalid_request',
      });
    });
  });
}
