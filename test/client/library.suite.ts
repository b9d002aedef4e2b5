import { build } from 'esbuild';
import { Miniflare } from 'miniflare';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { Composition } from '../../edge/client/api-types.ts';
import { createGalip, type Galip } from '../../edge/client/create-galip.ts';
import * as errors from '../../edge/client/errors.ts';
import {
  createReceiptVerifier,
  receiptKeySetSchema,
  receiptSchema,
} from '../../gpu-backend/contract/receipt.ts';
import { decode } from '../e2e/http.ts';
import type { DevStack } from '../fixtures/dev-stack.ts';
import { startApiServer } from './api-server.ts';

const LIVE_WORKER = `
import { createGalip } from '../../edge/client/create-galip.ts';
export default {
  async fetch({ url }) {
    const live = createGalip(Object.fromEntries(new URL(url).searchParams)).live();
    const picture = await live.paint({ prompt: 'an orange fox', output_format: 'webp' });
    const refused = await live.paint({ prompt: '' }).catch((error) => error);
    await live.close();
    const isWebp = new TextDecoder().decode(picture.bytes.subarray(8, 12)) === 'WEBP';
    return Response.json({ cache: picture.cache, isWebp, refused: refused.code });
  },
};`;

/** The library against the real service. */
export function library(stack: () => DevStack): void {
  const connect = (): Galip => createGalip({ baseUrl: stack().url, apiKey: stack().apiKey });

  describe('the library', () => {
    it('makes pictures, whose bytes are the same by url and by base64', async () => {
      const { images } = connect();
      const request = { prompt: 'a red apple', n: 2, size: '128x128', output_format: 'webp' } as const;
      const quote = await images.quote(request);
      const made = await images.create(request);
      expect(quote).toMatchObject({ object: 'quote', units: made.usage.units });
      const inline = await images.create({ ...request, response_format: 'b64_json' });
      expect(made.data).toHaveLength(2);
      for (const [at, picture] of made.data.entries()) {
        const bytes = await images.bytes(picture);
        expect(await decode(bytes)).toMatchObject({ width: 128, height: 128 });
        expect(await images.bytes(inline.data[at] ?? {})).toEqual(bytes);
        expect(inline.data[at]).toMatchObject({ cache: 'hit', fingerprint: picture.fingerprint });
      }
    });

    it('is charged once under one Idempotency-Key', async () => {
      const { images } = connect();
      const options = { idempotencyKey: crypto.randomUUID() };
      const first = await images.create({ prompt: 'a green frog', seed: 'random' }, options);
      expect(await images.create({ prompt: 'a green frog', seed: 'random' }, options)).toEqual(first);
    });

    it('fetches a private picture with its key', async () => {
      const { images } = connect();
      const { data } = await images.create({ prompt: 'a secret cat', visibility: 'private' });
      expect(data[0]?.url).toContain('/p/');
      expect(await decode(await images.bytes(data[0] ?? {}))).toMatchObject({ width: 64 });
    });

    it('watches a job to its end, and gives what it made', async () => {
      const { images, jobs } = connect();
      const request = { prompt: 'a blue fish', response_format: 'b64_json' } as const;
      const { id, status } = await jobs.create(request);
      expect(status).toBe('queued');
      const steps: string[] = [];
      for await (const step of jobs.watch(id)) {
        steps.push(step.status);
        expect(step.job?.id).toBe(step.status === 'succeeded' ? id : undefined);
      }
      expect(steps.at(0)).toBe('queued');
      expect(steps.at(-1)).toBe('succeeded');
      const { data } = await jobs.wait(id);
      const [same] = (await images.create(request)).data;
      expect(data[0]?.b64_json).toBe(same?.b64_json);
      expect(await jobs.cancel(id)).toMatchObject({ status: 'succeeded' });
    });

    it('makes an animation, at once, frame by frame and as a job: the same file, whose ends are single pictures', async () => {
      const { images, interpolations, jobs } = connect();
      const keyframes = [
        { prompt: 'a red apple', seed: 7 },
        { prompt: 'a banana', seed: 9 },
      ];
      const request = { keyframes, frames: 5, output_format: 'gif' } as const;
      const { units } = await interpolations.quote(request);
      const indices: number[] = [];
      let streamed: Composition | undefined;
      for await (const { picture, composition } of interpolations.stream(request)) {
        if (picture) indices.push(picture.index);
        streamed = composition;
      }
      expect(indices.sort()).toEqual([0, 1, 2, 3, 4]);
      expect(streamed?.usage.units).toBe(units);
      const made = await interpolations.create(request);
      expect(made.file).toMatchObject({
        fingerprint: streamed?.file?.fingerprint,
        cache: 'hit',
        format: 'gif',
      });
      const { id } = await interpolations.createJob(request);
      expect(await jobs.waitForComposition(id)).toMatchObject({
        file: { fingerprint: made.file?.fingerprint },
      });
      await expect(jobs.wait(id)).rejects.toBeInstanceOf(errors.JobError);
      const [first] = (await images.create({ prompt: 'a red apple', seed: 7 })).data;
      expect(first?.fingerprint).toBe(made.data[0]?.fingerprint);
      const file = await images.bytes(made.file ?? {});
      expect(await sharp(file, { animated: true }).metadata()).toMatchObject({
        format: 'gif',
        pages: 5,
        width: 64,
      });
    });

    it('makes a grid, each of whose cells is a single picture', async () => {
      const { images, grids } = connect();
      const { file, data } = await grids.create({
        prompt: 'a red apple',
        columns: { parameter: 'seed', values: [3, 4] },
        rows: { parameter: 'truncation', values: [0.5, 1] },
      });
      const [single] = (await images.create({ prompt: 'a red apple', seed: 4 })).data;
      expect(data.map(({ seed }) => seed)).toEqual([3, 4, 3, 4]);
      expect(data[3]?.fingerprint).toBe(single?.fingerprint);
      const { width, height } = await sharp(await images.bytes(file ?? {})).metadata();
      expect({ width, height }).toEqual({ width: file?.width, height: file?.height });
    });

    it('throws what a stream is refused with', async () => {
      const wrong = { keyframes: [{ prompt: 'a' }, { prompt: 'b' }], frames: 500 };
      const { interpolations } = connect();
      await expect(interpolations.stream(wrong).next()).rejects.toMatchObject({
        code: 'invalid_request',
        param: 'frames',
      });
    });

    it('says what is wrong by the class of the error', async () => {
      const { images, jobs } = connect();
      const wrong = await images.create({ prompt: 'a', size: '17x18' }).catch((error) => error);
      expect(wrong).toBeInstanceOf(errors.InvalidRequestError);
      expect(wrong).toMatchObject({ code: 'invalid_request', status: 400, param: 'size' });
      expect(wrong.requestId).toMatch(/^[\da-f-]{36}$/u);
      await expect(jobs.get(`job_${'0'.repeat(64)}`)).rejects.toBeInstanceOf(errors.NotFoundError);
      const stranger = createGalip({ baseUrl: stack().url, apiKey: 'glp_nobody' });
      await expect(stranger.models()).rejects.toBeInstanceOf(errors.AuthenticationError);
    });

    it('tells usage, balance and receipts that hold', async () => {
      const galip = connect();
      const { usage } = await galip.images.create({ prompt: 'a yellow banana', seeds: '0,1,4-6' });
      expect(usage.units).toBe(5);
      const { total } = await galip.usage({ group_by: 'model' });
      expect(total.units).toBeGreaterThanOrEqual(5);
      expect(await galip.balance()).toMatchObject({ object: 'balance' });
      const published = await (await fetch(`${stack().url}/.well-known/galip-receipts.json`)).json();
      const verify = createReceiptVerifier(receiptKeySetSchema.parse(published).keys);
      let units = 0;
      for await (const receipt of galip.receipts()) {
        expect(await verify(receiptSchema.parse(receipt))).toBe(true);
        units += receipt.units;
      }
      expect(units).toBe(total.units);
    });

    it('paints as it is told, by the platform’s WebSocket', async () => {
      await using live = connect().live();
      const [superseded, picture] = await Promise.all([
        live.paint({ prompt: 'a' }),
        live.paint({ prompt: 'an orange fox', output_format: 'webp' }),
      ]);
      expect(superseded).toBeUndefined();
      expect(await decode(picture?.bytes ?? new Uint8Array())).toMatchObject({ width: 64 });
      expect(picture?.bytes).toEqual(await connect().images.bytes(picture ?? {}));
      await expect(live.paint({ prompt: '' })).rejects.toBeInstanceOf(errors.InvalidRequestError);
      const stranger = createGalip({ baseUrl: stack().url, apiKey: 'glp_nobody' }).live();
      await expect(stranger.paint({ prompt: 'a' })).rejects.toBeInstanceOf(errors.AuthenticationError);
      await using site = await startApiServer((response) => response.writeHead(503).end());
      const away = createGalip({ baseUrl: site.origin, apiKey: 'glp_nobody' }).live();
      await expect(away.paint({ prompt: 'a' })).rejects.toBeInstanceOf(errors.ConnectionError);
    });

    it('paints within a Worker, by its WebSocket', async () => {
      const { outputFiles } = await build({
        stdin: { contents: LIVE_WORKER, resolveDir: import.meta.dirname },
        bundle: true,
        format: 'esm',
        write: false,
      });
      const contents = outputFiles[0]?.text ?? '';
      const manifest = {
        mainModule: 'worker.js',
        modulesRoot: '/',
        modules: { 'worker.js': { type: 'esm' as const, contents } },
      };
      const config = { name: 'worker', compatibilityDate: '2026-10-01', manifest };
      const miniflare = new Miniflare({ cf: false, workers: [{ config }] });
      try {
        const query = new URLSearchParams({ baseUrl: stack().url, apiKey: stack().apiKey });
        const response = await miniflare.dispatchFetch(`http://worker/?${query}`);
        expect(await response.json()).toEqual({
          cache: expect.stringMatching(/hit|miss/u),
          isWebp: true,
          refused: 'invalid_request',
        });
      } finally {
        await miniflare.dispose();
      }
    });

    it('signs URLs that make their pictures', async () => {
      const sign = await connect().urlSigner();
      const response = await fetch(
        await sign({ prompt: 'a purple cat', size: 128, truncation: 0.5, extension: 'png' }),
      );
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toBe('image/png');
      expect(await decode(new Uint8Array(await response.arrayBuffer()))).toMatchObject({ width: 128 });
    });
  });
}
