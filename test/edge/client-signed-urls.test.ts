import { describe, expect, it } from 'vitest';
import { createGalip, type Galip } from '../../edge/client/create-galip.ts';
import { createUrlSigner } from '../../edge/client/url-signer.ts';
import { parseSignedUrl } from '../../edge/signed-urls/signed-url.ts';
import type { SignableFile } from '../../gpu-backend/contract/signable-file.ts';
import { verifyUrl } from '../../gpu-backend/contract/url-signature.ts';
import { createTestEdge, issueKey } from './fakes/test-edge.ts';

// What the client signs, within a Worker, and what this edge makes of it.

const SECRET = 'a'.repeat(64);
const sign = createUrlSigner({ baseUrl: 'https://galip.example', keyId: '0123456789ab', secret: SECRET });

/** Signatures by `printf 'galip-url-1\n<key>\n<options>\n<extension>\n<text>' | openssl dgst -sha256 -hmac <secret> -binary`. */
const KNOWN: readonly [name: string, file: SignableFile, path: string][] = [
  [
    'a picture',
    { prompt: 'a red apple', seed: 7, size: 128 },
    'JMfqh_-0_1avDvOvrYxBHGA_o_-5tguAh7doWDT0BuM/size%3A128%2Cseed%3A7/a%20red%20apple.webp',
  ],
  [
    'a morph',
    {
      keyframes: [
        { prompt: 'a > b', seed: 7 },
        { prompt: 'a banana', seed: 9 },
      ],
      ...{ frames: 24, loop: true, easing: 'ease-in-out', fps: 10, extension: 'gif' },
    },
    '6GGF6fLN7WizhyJutQWVDPIk_cvu2ySjokgSf-Wwnv8/frames%3A24%2Cseeds%3A7_9%2Ceasing%3Aease-in-out%2Cfps%3A10%2Cloop%3Atrue/a%20~%3E%20b%3Ea%20banana.gif',
  ],
  [
    'a grid',
    {
      prompt: 'a red apple',
      columns: { parameter: 'seed', values: [0, 1, 2] },
      rows: { parameter: 'truncation', values: [0.5, 1] },
      extension: 'png',
    },
    'sUiUhi0yxu4hpULFMvbFMOPKTPHHJq94x_F4pp6fB8U/across%3Aseed_0_1_2%2Cdown%3Atruncation_0.5_1/a%20red%20apple.png',
  ],
  [
    'a grid of blends, in six decimals',
    {
      columns: { parameter: 'prompt', values: [[{ text: 'a fox', weight: 2 }, { text: 'a cat' }], 'a dog'] },
      rows: { parameter: 'variation_strength', values: [0, 0.1 + 0.2] },
      variation: { seed: 5 },
    },
    'DNxYelzG6mbAaMHk8g9IS-Nt18aacqffs9zJtuiMQ04/across%3Aprompt%2Cdown%3Astrength_0_0.3%2Cvariation%3A5%2Cprompt%3Amix/a%20fox*2%7Ca%20cat*1%3Ea%20dog.webp',
  ],
];

describe('the signer of URLs', () => {
  it.each(KNOWN)('signs %s as it is known to be, and the edge’s verifier takes it', async (_, file, path) => {
    const url = await sign(file);
    expect(url).toBe(`https://galip.example/s/0123456789ab/${path}`);
    const parsed = parseSignedUrl(url);
    if (!parsed) throw new Error('the edge cannot read it');
    expect(await verifyUrl(parsed, parsed.signature, [SECRET])).toBe(true);
    const other = { ...parsed, options: `${parsed.options},size:64` };
    expect(await verifyUrl(other, parsed.signature, [SECRET])).toBe(false);
  });

  const axis = { parameter: 'seed', values: [0, 1] } as const;
  it.each([
    [{ columns: axis, rows: { parameter: 'truncation', values: [1] } }, /^prompt is missing/u],
    [
      { columns: axis, rows: { parameter: 'prompt', values: ['a'] }, stages: { 0: 'b' } },
      /^stages goes with no axis of prompts/u,
    ],
    [
      { columns: axis, rows: { parameter: 'truncation', values: [Number.NaN] }, prompt: 'a' },
      /^a number is NaN/u,
    ],
  ] as const)('refuses what a URL cannot say: %j', async (file, message) => {
    await expect(sign(file)).rejects.toThrow(message);
  });
});

describe('a URL that the client signed', () => {
  async function connect() {
    const edge = createTestEdge();
    const apiKey = await issueKey({ scopes: ['generate', 'read'] });
    const galip = createGalip({
      baseUrl: edge.origin,
      apiKey,
      fetch: (url, init) => edge.fetch(String(url).slice(edge.origin.length), init),
    });
    const signFor = await galip.urlSigner();
    /** Where its URL leads. */
    const follow = async (file: SignableFile) => {
      const response = await edge.fetch((await signFor(file)).slice(edge.origin.length), {
        redirect: 'manual',
      });
      expect(response.status, await response.clone().text()).toBe(302);
      return edge.origin + response.headers.get('location');
    };
    return { galip, follow };
  }

  const blend = [{ text: 'a fox', weight: 2 }, { text: 'a cat > ~' }];
  const keyframes = [{ prompt: blend, stages: { '3-4': 'a dog' }, seed: 7 }, { prompt: 'a banana' }];
  const OF_POSTS: readonly [
    string,
    SignableFile,
    (galip: Galip) => Promise<{ file: { url: string } | null }>,
  ][] = [
    [
      'an animation',
      { keyframes, frames: 5, loop: true, lossless: true, truncation: 0.7 },
      (galip) =>
        galip.interpolations.create({ keyframes, frames: 5, loop: true, lossless: true, truncation: 0.7 }),
    ],
    [
      'a sheet',
      { keyframes, frames: 4, output: 'sheet', columns: 2, extension: 'png', size: 32 },
      (galip) =>
        galip.interpolations.create({
          ...{ keyframes, frames: 4, output: 'sheet', columns: 2, output_format: 'png', size: '32x32' },
        }),
    ],
    [
      'a grid',
      {
        ...{ prompt: blend, stages: { 0: 'a dog' }, seed: 3, variation: { strength: 0.25 }, quality: 80 },
        columns: { parameter: 'variation_seed', values: [1, 2] },
        rows: { parameter: 'truncation', values: [0.5, 0.1 + 0.2] },
      },
      (galip) =>
        galip.grids.create({
          ...{ prompt: blend, stages: { 0: 'a dog' }, seed: 3, variation: { strength: 0.25 } },
          ...{ output_format: 'webp', output_compression: 80 },
          columns: { parameter: 'variation_seed', values: [1, 2] },
          rows: { parameter: 'truncation', values: [0.5, 0.3] },
        }),
    ],
    [
      'a grid of prompts',
      {
        columns: { parameter: 'prompt', values: [blend, 'a > dog'] },
        rows: { parameter: 'seed', values: [1, 2] },
      },
      (galip) =>
        galip.grids.create({
          columns: { parameter: 'prompt', values: [blend, 'a > dog'] },
          rows: { parameter: 'seed', values: [1, 2] },
          output_format: 'webp',
        }),
    ],
  ];

  it.each(OF_POSTS)('leads to %s that its POST makes', async (_, file, post) => {
    const { galip, follow } = await connect();
    const url = await follow(file);
    expect((await post(galip)).file?.url).toBe(url);
  });
});
