import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { thumbHashToRGBA } from 'thumbhash';
import { describe, expect, it } from 'vitest';
import type { DevStack } from '../fixtures/dev-stack.ts';
import { bytesOf, createImages, decode, type ImagesAnswer, picturesMade } from './http.ts';

const MIN_SPREAD = 10;
/** IPTC's word for a picture that a model made; every file says it unless that was turned off. */
const DIGITAL_SOURCE_TYPE = 'http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia';

export function promptToPicture(stack: () => DevStack, nativePx: number): void {
  describe('prompt to picture', () => {
    it('gives a picture for the very line that npm start prints', async () => {
      const [line] = /curl -sS .*/u.exec(stack().logs()) ?? [];
      const { stdout } = await promisify(execFile)('sh', ['-c', line ?? 'false']);
      const answer = JSON.parse(stdout) as ImagesAnswer;
      expect(answer).toMatchObject({ native: nativePx, data: [{ seed: 0, cache: 'miss' }] });
      const picture = await decode(await bytesOf(answer.data[0]?.url ?? ''));
      expect(picture).toMatchObject({ width: nativePx, height: nativePx });
      expect(picture.spread).toBeGreaterThan(MIN_SPREAD);
    });

    it('answers a prompt that it knows, however it is spelt, with the same bytes and without the backend', async () => {
      const [first] = (await createImages(stack(), { prompt: 'a green frog' })).data;
      const bytes = await bytesOf(first?.url ?? '');
      const made = await picturesMade(stack());
      expect(made).toBeGreaterThan(0);
      for (const prompt of ['a green frog', '  A  GREEN\nFrog ', 'a&nbsp;gr&#101;en frog', 'ａ green frog']) {
        const [again] = (await createImages(stack(), { prompt })).data;
        expect(again).toEqual({ ...first, cache: 'hit', units: 0 });
        expect((await bytesOf(again?.url ?? '')).equals(bytes)).toBe(true);
      }
      expect(await picturesMade(stack())).toBe(made);
    });

    it('tells the same hashes of a picture made, joined and known, in every format, which decode to about it', async () => {
      const bodies = ['png', 'webp', 'webp', 'avif'].map((output_format) => ({
        prompt: 'a strawberry',
        output_format,
      }));
      const made = await Promise.all(bodies.map((body) => createImages(stack(), body)));
      const known = await createImages(stack(), { prompt: 'a strawberry' });
      const images = [...made, known].flatMap(({ data }) => data);
      const [{ url, thumbhash, phash } = { url: '', thumbhash: '', phash: '' }] = images;
      expect(phash).toMatch(/^[0-9a-f]{16}$/u);
      for (const image of images) expect(image).toMatchObject({ thumbhash, phash });
      expect(known.data[0]?.cache).toBe('hit');
      const { headers } = await fetch(url, { method: 'HEAD' });
      expect([headers.get('x-thumbhash'), headers.get('x-phash')]).toEqual([thumbhash, phash]);
      const { w, h, rgba } = thumbHashToRGBA(Buffer.from(thumbhash ?? '', 'base64'));
      const small = await sharp(await bytesOf(url))
        .resize(w, h)
        .ensureAlpha()
        .raw()
        .toBuffer();
      const other = await sharp(small, { raw: { width: w, height: h, channels: 4 } })
        .negate({ alpha: false })
        .toBuffer();
      const differenceTo = (pixels: Buffer): number =>
        rgba.reduce((sum, level, at) => sum + Math.abs(level - (pixels[at] ?? 0)), 0) / rgba.length;
      expect(differenceTo(small)).toBeLessThan(32);
      expect(differenceTo(small)).toBeLessThan(differenceTo(other) / 2);
    });

    it('makes another picture of another prompt, and of another seed', async () => {
      const requests = [{ prompt: 'a blue fish' }, { prompt: 'a pizza' }, { prompt: 'a pizza', seed: 7 }];
      const answers = await Promise.all(requests.map((body) => createImages(stack(), body)));
      const urls = answers.map(({ data }) => data[0]?.url ?? '');
      const pictures = await Promise.all(urls.map(bytesOf));
      expect(new Set(pictures.map((bytes) => bytes.toString('base64'))).size).toBe(requests.length);
    });

    it.each([
      ['png', 'png', 'image/png', 'png'],
      ['webp', 'webp', 'image/webp', 'webp'],
      ['jpeg', 'jpg', 'image/jpeg', 'jpeg'],
      ['avif', 'avif', 'image/avif', 'heif'],
    ])(
      'makes %s that says what made it, at four times the native size too',
      async (output_format, extension, mediaType, decodedAs) => {
        const size = `${nativePx * 4}x${nativePx * 4}`;
        const { data, native } = await createImages(stack(), { prompt: 'a red apple', size, output_format });
        const url = data[0]?.url ?? '';
        expect(native).toBe(nativePx);
        expect(url).toMatch(new RegExp(`/i/[0-9a-f]{64}\\.${extension}$`, 'u'));
        expect((await fetch(url, { method: 'HEAD' })).headers.get('content-type')).toBe(mediaType);
        const bytes = await bytesOf(url);
        expect(bytes.includes(DIGITAL_SOURCE_TYPE)).toBe(true);
        expect((await sharp(bytes).metadata()).format).toBe(decodedAs);
        const picture = await decode(bytes);
        expect(picture).toMatchObject({ width: nativePx * 4, height: nativePx * 4 });
        expect(picture.spread).toBeGreaterThan(MIN_SPREAD);
      },
    );

    it('serves the url as an immutable resource: validators, HEAD and ranges', async () => {
      const url = (await createImages(stack(), { prompt: 'a red apple' })).data[0]?.url ?? '';
      const whole = await fetch(url);
      const bytes = Buffer.from(await whole.arrayBuffer());
      const etag = whole.headers.get('etag') ?? '';
      expect(etag).toMatch(/^"[^"]+"$/u);
      expect(whole.headers.get('cache-control')).toContain('immutable');

      const head = await fetch(url, { method: 'HEAD' });
      expect(head.status).toBe(200);
      expect(head.headers.get('content-length')).toBe(String(bytes.length));
      expect(await head.text()).toBe('');

      const known = await fetch(url, { headers: { 'if-none-match': etag } });
      expect(known.status).toBe(304);
      expect(known.headers.get('etag')).toBe(etag);

      const part = await fetch(url, { headers: { range: 'bytes=10-29' } });
      expect(part.status).toBe(206);
      expect(part.headers.get('content-range')).toBe(`bytes 10-29/${bytes.length}`);
      expect(Buffer.from(await part.arrayBuffer()).equals(bytes.subarray(10, 30))).toBe(true);
    });
  });
}
