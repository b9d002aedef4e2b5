import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { SCORE_JUDGES } from '../../gpu-backend/contract/score-judge.ts';
import type { DevStack } from '../fixtures/dev-stack.ts';
import { scoreOfFile } from '../fixtures/score-of-file.ts';
import { bytesOf, createImages, picturesMade, postImages } from './http.ts';

const signUrl = fileURLToPath(new URL('../../infra/sign-url/main.ts', import.meta.url));

const HALF = [
  { text: 'a red apple', weight: 1 },
  { text: 'a banana', weight: 1 },
];

/** Mean distance of two pictures' channels, levels. */
async function distance(a: Buffer, b: Buffer): Promise<number> {
  const [left, right] = await Promise.all([a, b].map((bytes) => sharp(bytes).removeAlpha().raw().toBuffer()));
  return (
    (left ?? a).reduce((sum, level, at) => sum + Math.abs(level - (right?.[at] ?? 0)), 0) / (left ?? a).length
  );
}

export function steeredPictures(stack: () => DevStack): void {
  const pictureOf = async (body: object): Promise<Buffer> => {
    const { data } = await createImages(stack(), { seed: 7, ...body });
    return bytesOf(data[0]?.url ?? '');
  };

  describe('blends and stages', () => {
    it('are one prompt’s very picture where they come down to it', async () => {
      const plain = await pictureOf({ prompt: 'a red apple' });
      const made = await picturesMade(stack());
      for (const body of [
        {
          prompt: [
            { text: 'A red  apple', weight: 1 },
            { text: 'a banana', weight: 0 },
          ],
        },
        { prompt: 'a red apple', stages: { '0-2': 'a red apple', 4: [{ text: 'a RED apple', weight: 9 }] } },
        { prompt: 'a banana', stages: { '0-4': 'a red apple' } },
      ]) {
        expect((await pictureOf(body)).equals(plain)).toBe(true);
      }
      expect(await picturesMade(stack())).toBe(made);
    });

    it('lie between their prompts, nearer to the heavier one, whatever order and scale the weights have', async () => {
      const [apple, banana] = await Promise.all([
        pictureOf({ prompt: 'a red apple' }),
        pictureOf({ prompt: 'a banana' }),
      ]);
      const towards = (weight: number) =>
        pictureOf({
          prompt: [
            { text: 'a red apple', weight: 10 - weight },
            { text: 'a banana', weight },
          ],
        });
      const steps = await Promise.all([1, 5, 9].map(towards));
      const fromApple = await Promise.all(steps.map((step) => distance(step, apple)));
      const fromBanana = await Promise.all(steps.map((step) => distance(step, banana)));
      expect(fromApple).toEqual(fromApple.toSorted((a, b) => a - b));
      expect(fromBanana).toEqual(fromBanana.toSorted((a, b) => b - a));
      expect((await pictureOf({ prompt: HALF.toReversed() })).equals(steps[1] ?? apple)).toBe(true);
      const shades = { prompt: HALF.map(({ text }) => ({ text, weight: 0.1 })) };
      expect((await pictureOf(shades)).equals(steps[1] ?? apple)).toBe(true);
    });

    it('are drawn alike alone and beside others', async () => {
      const bodies = [
        { prompt: HALF, seed: 11 },
        { prompt: 'a red apple', stages: { '2-4': 'a blue fish' }, seed: 11 },
        { prompt: 'a blue fish', stages: { 1: HALF }, seed: 11 },
        { prompt: 'a blue fish', seed: 11 },
      ];
      const pixelsOf = (bytes: Buffer) => sharp(bytes).raw().toBuffer();
      const together = await Promise.all(bodies.map(async (body) => pixelsOf(await pictureOf(body))));
      for (const [at, body] of bodies.entries()) {
        // Private pictures have names of their own, and so are made anew.
        const own = { ...body, visibility: 'private', response_format: 'b64_json' };
        const [image] = (await createImages(stack(), own)).data;
        expect(image?.cache).toBe('miss');
        const alone = await pixelsOf(Buffer.from(image?.b64_json ?? '', 'base64'));
        expect(alone.equals(together[at] ?? Buffer.of())).toBe(true);
      }
    });

    it('have the same name as signed URLs', async () => {
      const mix = 'a red apple*0.5|a banana*0.5;3-4=a blue fish|a green frog*-0.2';
      const args = [signUrl, '--mix', mix, '--seed', '7', '--data', stack().dataDir];
      const { GALIP_URL: _, GALIP_API_KEY: __, ...env } = process.env;
      const { stdout } = await promisify(execFile)(process.execPath, args, { env });
      const response = await fetch(stdout.trim());
      expect(response.status).toBe(200);
      const stages = {
        '3-4': [
          { text: 'a blue fish', weight: 5 },
          { text: 'a green frog', weight: -1 },
        ],
      };
      const { data } = await createImages(stack(), { prompt: HALF, stages, seed: 7, output_format: 'webp' });
      expect(data[0]).toMatchObject({ cache: 'hit', url: response.url });
      expect(Buffer.from(await response.arrayBuffer()).equals(await bytesOf(data[0]?.url ?? ''))).toBe(true);
    });

    it('are ranked by how well they fit, each under its own name', async () => {
      const body = { prompt: 'a pizza', stages: { 4: 'a sunflower' }, seed: 30 };
      const dry = { ...body, best_of: 6 };
      const { data, best_of: bestOf, usage } = await createImages(stack(), { ...dry, n: 2 });
      expect(usage.units).toBe(6);
      expect(bestOf).toEqual({ candidates: 6, judge: 'independent', judge_name: 'emoji-64-judge' });
      const all = (await createImages(stack(), { ...dry, n: 6 })).data;
      const scores = all.map(({ score }) => score ?? Number.NaN);
      expect(scores).toEqual(scores.toSorted((a, b) => b - a));
      expect(scores[0]).toBeGreaterThan(scores[5] ?? 1);
      expect(all.slice(0, 2)).toEqual(data.map((image) => ({ ...image, cache: 'hit', units: 0 })));
      const single = (await createImages(stack(), { ...body, seed: data[0]?.seed })).data[0];
      expect(single).toMatchObject({ cache: 'hit', url: data[0]?.url, fingerprint: data[0]?.fingerprint });
    });

    it('are ranked by the judge that is asked for, as their files show', async () => {
      const prompt = 'a pizza';
      const orders = [];
      for (const judge of SCORE_JUDGES) {
        const asked = { prompt, judge, best_of: 6, n: 6, seed: 50 };
        const { data, best_of: bestOf } = await createImages(stack(), asked);
        expect(bestOf?.judge).toBe(judge);
        expect(bestOf?.caveat !== undefined).toBe(judge === 'clip');
        const scores = data.map(({ score }) => score ?? Number.NaN);
        expect(scores).toEqual(scores.toSorted((a, b) => b - a));
        for (const { url, score } of data) {
          expect(score).toBeCloseTo(await scoreOfFile(await bytesOf(url), judge, prompt), 2);
        }
        orders.push(data.map(({ seed }) => seed));
      }
      expect(orders[0]).not.toEqual(orders[1]);
      expect(orders[0]?.toSorted()).toEqual(orders[1]?.toSorted());
      const unnamed = await createImages(stack(), { prompt, best_of: 6, n: 6, seed: 50 });
      expect(unnamed.data.map(({ seed }) => seed)).toEqual(orders[SCORE_JUDGES.indexOf('independent')]);
    });

    it('are ranked by a job as by a request', async () => {
      const body = { prompt: HALF, stages: { '3-4': 'a sunflower' }, best_of: 3, seed: 40 };
      const accepted = await postImages(stack(), { ...body, async: true });
      expect(accepted.status).toBe(202);
      const { url, apiKey } = stack();
      const job = async () => {
        const response = await fetch(url + accepted.headers.get('location'), {
          headers: { authorization: `Bearer ${apiKey}` },
        });
        return (await response.json()) as { status: string; result: { data: object[] } | null };
      };
      await expect.poll(async () => (await job()).status, { timeout: 30_000 }).toBe('succeeded');
      const { data } = await createImages(stack(), body);
      expect((await job()).result?.data).toEqual(
        data.map((image) => ({ ...image, cache: 'miss', units: 1 })),
      );
    });

    it('are refused where the model has no such stage', async () => {
      const response = await postImages(stack(), { prompt: 'a cat', stages: { '4-5': 'a dog' } });
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({
        error: { param: 'stages', message: 'stages has the range "4-5"; this model has the stages 0 … 4' },
      });
    });
  });
}
