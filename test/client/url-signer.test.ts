import { expect, it } from 'vitest';
import { createUrlSigner } from '../../edge/client/url-signer.ts';
import { parseSignedUrl } from '../../edge/signed-urls/signed-url.ts';
import { parseUrlOptions } from '../../edge/signed-urls/url-options.ts';
import { readMix } from '../../gpu-backend/contract/prompt-mix.ts';
import { verifyUrl } from '../../gpu-backend/contract/url-signature.ts';

const secret = 'a'.repeat(64);
const sign = createUrlSigner({ baseUrl: 'https://galip.example', keyId: '0123456789ab', secret });

it('signs URLs that the edge reads as they were meant', async () => {
  const url = await sign({
    prompt: 'a red apple, 50 % off / für dich?',
    extension: 'avif',
    preset: 'icon',
    size: 128,
    seed: 7,
    quality: 80,
    visibility: 'private',
    truncation: 0.7,
    variation: { seed: 5, strength: 0.25 },
    bestOf: 4,
    judge: 'clip',
    expires: new Date(1_800_000_000_999),
  });
  const parsed = parseSignedUrl(url);
  expect(parsed).toMatchObject({
    keyId: '0123456789ab',
    prompt: 'a red apple, 50 % off / für dich?',
    extension: 'avif',
  });
  expect(parsed && (await verifyUrl(parsed, parsed.signature, [secret]))).toBe(true);
  expect(parseUrlOptions(parsed?.options ?? '', { icon: {} })).toEqual({
    size: 128,
    seed: 7,
    quality: 80,
    visibility: 'private',
    truncation: 0.7,
    variation: 5,
    strength: 0.25,
    best_of: 4,
    judge: 'clip',
    expires: 1_800_000_000,
  });
});

it('signs a prompt alone, as webp', async () => {
  expect(await sign({ prompt: 'a cat' })).toMatch(
    /^https:\/\/galip\.example\/s\/0123456789ab\/[\w-]{43}\/-\/a%20cat\.webp$/u,
  );
});

it('signs blends and stages that the edge reads as they were meant, and a text as the text that it is', async () => {
  const prompt = [{ text: 'a red apple | half', weight: 0.7 }, { text: 'a banana' }];
  const stages = {
    '3-4': [
      { text: 'a fox', weight: -1 },
      { text: 'a ~ cat', weight: 2 },
    ],
    1: 'a dog',
  };
  const url = parseSignedUrl(await sign({ prompt, stages, seed: 7 }));
  expect(parseUrlOptions(url?.options ?? '', {})).toEqual({ seed: 7, prompt: 'mix' });
  expect(readMix(url?.prompt ?? '')).toEqual({
    prompt: prompt.map((term) => ({ weight: 1, ...term })),
    stages,
  });
  const text = 'a*2|b;3=c~';
  expect(parseSignedUrl(await sign({ prompt: text }))).toMatchObject({ options: '-', prompt: text });
});

it('refuses what would change the meaning of the other options', async () => {
  await expect(sign({ prompt: 'a', preset: 'x,size:9' })).rejects.toThrow(
    /^preset is "x,size:9"; allowed are/u,
  );
  await expect(sign({ prompt: 'a', size: Number.NaN })).rejects.toThrow(TypeError);
});
