import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { DevStack } from '../fixtures/dev-stack.ts';
import { bytesOf, createImages, picturesMade } from './http.ts';

const main = fileURLToPath(new URL('../../infra/sign-url/main.ts', import.meta.url));

interface Answer {
  readonly file: { readonly url: string; readonly cache: string; readonly width: number } | null;
  readonly data: readonly {
    readonly url: string;
    readonly cache: string;
    readonly units: number;
    readonly x: number;
    readonly y: number;
  }[];
  readonly usage: { readonly units: number };
}

export function compositions(stack: () => DevStack, nativePx: number): void {
  const post = async (path: string, body: object): Promise<Response> =>
    fetch(`${stack().url}/v1/${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${stack().apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const make = async (path: string, body: object): Promise<Answer> => {
    const response = await post(path, body);
    if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
    return (await response.json()) as Answer;
  };
  const single = async (body: object): Promise<Buffer> =>
    bytesOf((await createImages(stack(), body)).data[0]?.url ?? '');
  const pixelsOf = (file: Buffer, page = 0): Promise<Buffer> =>
    sharp(file, { page }).removeAlpha().raw().toBuffer();
  const morph = {
    keyframes: [
      { prompt: 'a red apple', seed: 7 },
      { prompt: 'a banana', seed: 9 },
    ],
    frames: 8,
  };

  describe('compositions', () => {
    it('makes a morph whose first and last frames are the single pictures, byte for byte', async () => {
      const quote = (await (await post('interpolations?dry_run=true', morph)).json()) as { units: number };
      const { data, usage } = await make('interpolations', morph);
      expect(usage.units).toBe(quote.units);
      const [first, last] = [data[0]?.url ?? '', data.at(-1)?.url ?? ''];
      expect(await bytesOf(first)).toEqual(await single({ prompt: 'a red apple', seed: 7 }));
      expect(await bytesOf(last)).toEqual(await single({ prompt: 'a banana', seed: 9 }));
    });

    it('makes a lossless animation of which each frame is its picture, pixel by pixel', async () => {
      const { file, data } = await make('interpolations', { ...morph, lossless: true });
      const bytes = await bytesOf(file?.url ?? '');
      expect((await sharp(bytes, { pages: -1 }).metadata()).pages).toBe(data.length);
      for (const [page, { url }] of data.entries()) {
        expect((await pixelsOf(bytes, page)).equals(await pixelsOf(await bytesOf(url)))).toBe(true);
      }
    });

    it('leads from frame to frame in small steps, and where it loops back to the first', async () => {
      const { data } = await make('interpolations', { ...morph, frames: 12, loop: true, output: 'frames' });
      const frames = await Promise.all(data.map(async ({ url }) => pixelsOf(await bytesOf(url))));
      const between = (a: Buffer, b: Buffer): number =>
        a.reduce((sum, value, at) => sum + Math.abs(value - (b[at] ?? 0)), 0) / a.length;
      const steps = frames.map((frame, at) => between(frame, frames[(at + 1) % frames.length] ?? frame));
      const [start, turn] = [frames[0] ?? Buffer.of(), frames[6] ?? Buffer.of()];
      expect(Math.max(...steps)).toBeLessThan(between(start, turn));
      expect(Math.min(...steps)).toBeGreaterThan(0);
    });

    it('answers what it knows without the backend', async () => {
      const made = await picturesMade(stack());
      const { file, data, usage } = await make('interpolations', morph);
      expect(file?.cache).toBe('hit');
      expect(new Set(data.map(({ cache }) => cache))).toEqual(new Set(['hit']));
      expect(usage.units).toBe(0);
      expect(await picturesMade(stack())).toBe(made);
    });

    it('makes a grid of which each cell is the single picture, pixel by pixel', async () => {
      const [seeds, truncations] = [
        [0, 1, 2],
        [0.5, 1],
      ];
      const { file, data } = await make('grids', {
        prompt: 'a green frog',
        columns: { parameter: 'seed', values: seeds },
        rows: { parameter: 'truncation', values: truncations },
      });
      const sheet = await bytesOf(file?.url ?? '');
      const cells = truncations.flatMap((truncation) => seeds.map((seed) => ({ seed, truncation })));
      for (const [at, cell] of cells.entries()) {
        const picture = await single({ prompt: 'a green frog', ...cell });
        const { url = '', x: left = -1, y: top = -1 } = data[at] ?? {};
        expect(await bytesOf(url)).toEqual(picture);
        const size = { width: nativePx, height: nativePx };
        const cut = await sharp(sheet)
          .removeAlpha()
          .extract({ left, top, ...size })
          .raw()
          .toBuffer();
        expect(cut.equals(await pixelsOf(picture))).toBe(true);
      }
    });

    it('streams frames one by one as they are made', async () => {
      const body = { ...morph, keyframes: [{ prompt: 'a pizza' }, { prompt: 'a moon' }], stream: true };
      const text = await (await post('interpolations', body)).text();
      const urls = [...text.matchAll(/^event: picture\ndata: .*"url":"([^"]+)"/gmu)].map(([, url]) => url);
      expect(new Set(urls).size).toBe(morph.frames);
      for (const url of urls) expect((await bytesOf(url ?? '')).length).toBeGreaterThan(0);
      expect(text).toMatch(/\n\nevent: done\ndata: .*\n\n$/u);
    });

    it('is done as a job', async () => {
      const response = await post('interpolations', {
        ...morph,
        size: `${nativePx * 2}x${nativePx * 2}`,
        async: true,
      });
      const { id } = (await response.json()) as { id: string };
      const headers = { authorization: `Bearer ${stack().apiKey}` };
      await (await fetch(`${stack().url}/v1/jobs/${id}/events`, { headers })).text();
      const job = await (await fetch(`${stack().url}/v1/jobs/${id}`, { headers })).json();
      expect(job).toMatchObject({ status: 'succeeded', result: { file: { width: nativePx * 2 } } });
    });

    it('is made from the URL that npm run sign-url prints', async () => {
      const { GALIP_URL: _, GALIP_API_KEY: __, ...env } = process.env;
      const args = [main, 'a red apple', 'a banana', '--frames', '8', '--seeds', '7_9', '--as', 'gif'];
      const { stdout } = await promisify(execFile)(process.execPath, [...args, '--data', stack().dataDir], {
        env,
      });
      const response = await fetch(stdout.trim());
      expect(response.headers.get('content-type')).toBe('image/gif');
      const { file } = await make('interpolations', { ...morph, output_format: 'gif' });
      expect(file).toMatchObject({ cache: 'hit', url: response.url });
      expect((await sharp(Buffer.from(await response.arrayBuffer()), { pages: -1 }).metadata()).pages).toBe(
        8,
      );
    });
  });
}
