import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { createApiKey } from '../../gpu-backend/contract/api-key.ts';
import { createImages, decode } from '../e2e/http.ts';
import type { DevStack } from '../fixtures/dev-stack.ts';
import { startApiServer } from './api-server.ts';
import { runCli } from './run-cli.ts';

/** The command line against the real service; `folder` has `.data` of `npm start`. */
export function cli(stack: () => DevStack, folder: () => string): void {
  const env = () => ({ GALIP_BASE_URL: stack().url, GALIP_API_KEY: stack().apiKey });
  const emptyFolder = (): Promise<string> => mkdtemp(join(folder(), 'cli-'));

  describe('the command line', () => {
    it('writes the picture that the API makes, and says where', async () => {
      const cwd = await emptyFolder();
      const { code, stdout, stderr } = await runCli(['a red apple', '-o', 'apple.webp'], { cwd, env: env() });
      expect({ code, stdout: stdout.toString(), stderr }).toEqual({
        code: 0,
        stdout: 'apple.webp\n',
        stderr: '',
      });
      const [same] = (await createImages(stack(), { prompt: 'a red apple', output_format: 'webp' })).data;
      expect(same?.cache).toBe('hit');
      const bytes = await readFile(join(cwd, 'apple.webp'));
      expect(bytes).toEqual(Buffer.from(await (await fetch(same?.url ?? '')).arrayBuffer()));
    });

    it('finds the npm start of its folder, names files after the prompt, and replaces none', async () => {
      const cwd = folder();
      expect(await runCli(['A green  Frog!', '--count', '2', '--seed', '3'], { cwd })).toMatchObject({
        code: 0,
        stdout: Buffer.from('a-green-frog-1.webp\na-green-frog-2.webp\n'),
      });
      expect(await runCli(['A green  Frog!', '--count', '2'], { cwd })).toMatchObject({
        code: 2,
        stderr: 'a-green-frog-1.webp is there already: -o a-green-frog-1.webp replaces it.\n',
      });
    });

    it('passes every option on', async () => {
      const args = [
        'a cat',
        '--json',
        '--seeds',
        '7,9',
        '--size',
        '128',
        '--format',
        'jpeg',
        '--quality',
        '80',
      ];
      args.push(
        '--truncation',
        '0.7',
        '--variation',
        '5:0.3',
        '--visibility',
        'private',
        '--model',
        'emoji-64',
      );
      const cwd = await emptyFolder();
      const { code, stdout } = await runCli(args, { cwd, env: env() });
      expect(code).toBe(0);
      const { data } = await createImages(stack(), {
        prompt: 'a cat',
        seeds: [7, 9],
        size: '128x128',
        output_format: 'jpeg',
        output_compression: 80,
        truncation: 0.7,
        variation: { seed: 5, strength: 0.3 },
        visibility: 'private',
      });
      expect(data.map(({ cache }) => cache)).toEqual(['hit', 'hit']);
      const answer = JSON.parse(stdout.toString());
      expect(answer.data).toMatchObject(data.map(({ fingerprint }) => ({ fingerprint })));
      expect(await readdir(cwd)).toEqual([]);
    });

    it('makes of a mix what a request with its blends and stages makes', async () => {
      const mix = 'a cat*3|a dog;3-4=a fox';
      const cwd = await emptyFolder();
      const { code, stdout } = await runCli(['--mix', mix, '--json'], { cwd, env: env() });
      expect(code).toBe(0);
      const prompt = [
        { text: 'a cat', weight: 0.75 },
        { text: 'a dog', weight: 0.25 },
      ];
      const stages = { 3: 'a fox', 4: 'a fox' };
      const { data } = await createImages(stack(), { prompt, stages, output_format: 'webp' });
      expect(JSON.parse(stdout.toString()).data).toEqual([{ ...data[0], cache: 'miss', units: 1 }]);
      const wrong = await runCli(['--mix', 'a cat;a dog'], { cwd, env: env() });
      expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('PROMPT must name stages') });
    });

    it('prints URLs, the price, or the picture itself', async () => {
      const cwd = await emptyFolder();
      const options = { cwd, env: env() };
      expect((await runCli(['a dog', '-n', '3', '--dry-run'], options)).stdout.toString()).toBe('3 units\n');
      const { stdout } = await runCli(['a dog', '-n', '2', '--url'], options);
      const urls = stdout.toString().trim().split('\n');
      expect(urls).toHaveLength(2);
      const picture = await runCli(['a dog', '-o', '-'], options);
      expect(picture.stdout).toEqual(Buffer.from(await (await fetch(urls[0] ?? '')).arrayBuffer()));
      expect(await decode(picture.stdout)).toMatchObject({ width: 64 });
      expect(await readdir(cwd)).toEqual([]);
    });

    it('answers with the best of several', async () => {
      const options = { cwd: await emptyFolder(), env: env() };
      const args = ['a red apple', '--best-of', '4', '--judge', 'clip', '--count', '2', '--json'];
      const { stdout } = await runCli(args, options);
      const { data, best_of: bestOf } = JSON.parse(stdout.toString());
      expect(bestOf).toMatchObject({ candidates: 4, judge: 'clip' });
      expect(data).toHaveLength(2);
      expect(data[0].score).toBeGreaterThanOrEqual(data[1].score);
    });

    it('makes a morph: an animation, a sheet, a job', async () => {
      const cwd = await emptyFolder();
      const options = { cwd, env: env() };
      const morph = ['morph', 'a red apple', 'a banana', '--seeds', '7,9', '--frames', '6'];
      const animation = await runCli([...morph, '--loop', '--fps', '10', '-o', 'morph.gif'], options);
      expect(animation).toMatchObject({ code: 0, stdout: Buffer.from('morph.gif\n'), stderr: '' });
      expect(await sharp(join(cwd, 'morph.gif'), { animated: true }).metadata()).toMatchObject({
        format: 'gif',
        pages: 6,
        loop: 0,
      });
      await runCli([...morph, '--sheet', '--columns', '3', '-o', 'sheet.png'], options);
      expect(await sharp(join(cwd, 'sheet.png')).metadata()).toMatchObject({
        format: 'png',
        width: 192,
        height: 128,
      });
      const job = await runCli([...morph, '--async'], options);
      expect(job).toMatchObject({ code: 0, stdout: Buffer.from('a-red-apple-a-banana.webp\n') });
      expect((await runCli([...morph, '--dry-run', '--json'], options)).stdout.toString()).toContain(
        '"object": "quote"',
      );
    });

    it('makes a grid of prompts and of parameters, and tells its price', async () => {
      const cwd = await emptyFolder();
      const options = { cwd, env: env() };
      const grid = ['grid', 'a red apple', 'a banana', '--across', 'seed=3,4,5'];
      const sheet = await runCli([...grid, '-o', 'grid.png'], options);
      expect(sheet).toMatchObject({ code: 0, stdout: Buffer.from('grid.png\n'), stderr: '' });
      const answer = JSON.parse(
        (await runCli([...grid, '--json', '--format', 'png'], options)).stdout.toString(),
      );
      expect(answer.data.map(({ seed }: { seed: number }) => seed)).toEqual([3, 4, 5, 3, 4, 5]);
      expect(answer.file.cache).toBe('hit');
      const { format, width, height } = await sharp(join(cwd, 'grid.png')).metadata();
      expect({ format, width, height }).toEqual({
        format: 'png',
        width: answer.file.width,
        height: answer.file.height,
      });
      const { data } = await createImages(stack(), { prompt: 'a banana', seed: 4 });
      expect(data[0]?.fingerprint).toBe(answer.data[4].fingerprint);
      const steered = [
        'grid',
        '--mix',
        'a cat|a dog',
        '--across',
        'strength=0,0.5',
        '--variation',
        '5',
        '--down',
      ];
      const dry = await runCli([...steered, 'truncation=0.5,1', '--dry-run'], options);
      expect(dry).toMatchObject({ code: 0, stdout: Buffer.from('4 units\n') });
      const job = await runCli([...steered, 'truncation=0.5,1', '--async', '--lossless'], options);
      expect(job).toMatchObject({ code: 0, stdout: Buffer.from('a-cat-a-dog.webp\n') });
    });

    it('waits for a job', async () => {
      const cwd = await emptyFolder();
      const run = await runCli(['an owl', '--async', '--deadline', '60', '-o', 'owl.png'], {
        cwd,
        env: env(),
      });
      expect(run).toMatchObject({ code: 0, stderr: '' });
      expect(await decode(await readFile(join(cwd, 'owl.png')))).toMatchObject({ width: 64 });
    });

    it.each([
      [['a', '--size', '7'], 2, /^size .*16 … 256.*\n\(invalid_request, request [\da-f-]{36}\)\n$/u],
      [['a', '--count', 'x'], 2, /^--count is "x": it must be a number\.\n$/u],
      [['a', '-o', 'a.gif'], 2, /^-o ends in \.gif: it must be one of webp, png/u],
      [['a', '--fps', '3'], 2, /^--fps is for others: galip PROMPT does not take it/u],
      [['morph', 'a', 'b', '--count', '3'], 2, /^--count is for others: galip morph does not take it/u],
      [
        ['grid', 'a', '--across', 'seed=1', '--down', 'seed=2'],
        2,
        /^rows and columns have both the parameter seed\n\(invalid_request/u,
      ],
      [['grid', 'a', '--across', 'seed=1'], 2, /^A grid has --across and --down/u],
      [
        ['grid', 'a', '--across', 'size=1', '--down', 'seed=2'],
        2,
        /^--across is "size=1": it must be prompt, or/u,
      ],
      [['grid', 'a', 'b', '--across', 'seed=x'], 2, /^--across is "x": it must be a number/u],
      [['grid', 'a', 'b', '--seeds', '1,2'], 2, /^--seeds is for others: galip grid does not take it/u],
      [
        ['grid', 'a', 'b', '--across', 'seed=1', '-o', 'a.gif'],
        2,
        /^-o ends in \.gif: it must be one of webp, png/u,
      ],
      [
        ['morph', 'a', 'b', '--seeds', '1'],
        2,
        /^--seeds has 1 seeds; it must have one for each of the 2 prompts/u,
      ],
      [['a', 'b'], 2, /^Give one prompt, in quotation marks/u],
      [['a', '--sise', '3'], 2, /--sise/u],
      [['a', '-o', 'missing/a.png'], 2, /^missing\/a\.png cannot be written/u],
    ])('%j ends with %i and says what is wrong', async (args, code, stderr) => {
      const run = await runCli(args, { cwd: await emptyFolder(), env: env() });
      expect(run).toMatchObject({ code, stderr: expect.stringMatching(stderr) });
      expect(run.stdout).toHaveLength(0);
    });

    it('tells by its exit code who refused, and never says the key', async () => {
      const cwd = await emptyFolder();
      const { text } = createApiKey('test');
      const refused = await runCli(['a'], { cwd, env: { ...env(), GALIP_API_KEY: text } });
      expect(refused).toMatchObject({ code: 3, stderr: expect.stringContaining('invalid_api_key') });
      expect(refused.stderr).not.toContain(text);
      expect(await runCli(['a'], { cwd })).toMatchObject({
        code: 2,
        stderr: 'Set GALIP_BASE_URL (where the service is) and GALIP_API_KEY (glp_…).\n',
      });
      const unsafe = { ...env(), GALIP_BASE_URL: 'http://galip.example' };
      expect(await runCli(['a'], { cwd, env: unsafe })).toMatchObject({ code: 2 });
      await using server = await startApiServer((response) => response.writeHead(402).end('{}'));
      expect(await runCli(['a'], { cwd, env: { ...env(), GALIP_BASE_URL: server.origin } })).toMatchObject({
        code: 4,
      });
    });

    it('shows its progress at a terminal alone, and takes it away', async () => {
      const cwd = await emptyFolder();
      const main = new URL('../../edge/client/cli/main.ts', import.meta.url).pathname;
      // util-linux's script gives its command a terminal.
      const line = `'${process.execPath}' '${main}' 'a lion' -o lion.webp`;
      const child = spawn('script', ['-qec', line, '/dev/null'], { cwd, env: { ...process.env, ...env() } });
      let shown = '';
      child.stdout.on('data', (chunk) => {
        shown += chunk;
      });
      expect(await once(child, 'close')).toEqual([0, null]);
      expect(shown).toMatch(/⠋ making it {2}0\.0 s/u);
      expect(shown).toContain('lion.webp (1/1)');
      // ANSI: the line is cleared, and the file's name is what remains.
      expect(shown.replaceAll('\r\n', '\n').endsWith('\r\u001B[2Klion.webp\n')).toBe(true);
    });
  });
}
