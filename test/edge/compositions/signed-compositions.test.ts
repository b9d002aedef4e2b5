import { describe, expect, it } from 'vitest';
import { writeChain } from '../../../gpu-backend/contract/prompt-chain.ts';
import { signedPathOf } from '../../../gpu-backend/contract/url-signature.ts';
import { createCompositionClient, GRID, MORPH } from './composition-client.ts';

async function createSigner() {
  const client = await createCompositionClient();
  const response = await client.edge.fetch('/v1/url-signing-secret', {
    headers: { authorization: `Bearer ${client.key}` },
  });
  const { key_id: keyId, secret } = await response.json<{ key_id: string; secret: string }>();
  const get = async (options: string, prompt: string, extension: string, method = 'GET') =>
    client.edge.fetch(await signedPathOf({ keyId, options, prompt, extension }, secret), {
      method,
      redirect: 'manual',
    });
  return { ...client, get };
}

describe('a signed URL', () => {
  it('with frames leads to the morph that a POST makes', async () => {
    const client = await createSigner();
    const options = 'frames:5,seeds:7_9,loop:true,easing:ease-in-out,fps:10';
    const text = writeChain(['a red apple', 'a banana']);
    expect((await client.get(options, text, 'webp', 'HEAD')).status).toBe(404);
    const response = await client.get(options, text, 'webp');
    expect(response.status).toBe(302);
    const body = { ...MORPH, loop: true, easing: 'ease-in-out', fps: 10 };
    const { file } = await client.make('interpolations', body);
    expect(file).toMatchObject({ cache: 'hit' });
    expect(file?.url).toBe(client.edge.origin + response.headers.get('location'));
    expect((await client.get(options, text, 'webp', 'HEAD')).status).toBe(302);
    expect(await client.billed()).toBe(5);
  });

  it.each([
    ['across:seed_0_1_2,down:truncation_0.5_1', 'a red apple', GRID],
    [
      'across:prompt,down:strength_0_0.5,variation:5,seed:3',
      writeChain(['a > b ~ c', 'a fox']),
      {
        columns: { parameter: 'prompt', values: ['a > b ~ c', 'a fox'] },
        rows: { parameter: 'variation_strength', values: [0, 0.5] },
        variation: { seed: 5 },
        seed: 3,
      },
    ],
    [
      'across:prompt,down:variation_1_2,strength:0.5,prompt:mix,lossless:true,size:32',
      writeChain(['a fox*2|a cat', 'a fox']),
      {
        columns: {
          parameter: 'prompt',
          values: [[{ text: 'a fox', weight: 2 }, { text: 'a cat' }], 'a fox'],
        },
        rows: { parameter: 'variation_seed', values: [1, 2] },
        variation: { strength: 0.5 },
        lossless: true,
        size: '32x32',
      },
    ],
  ])('with across and down leads to the grid that a POST makes: %s', async (options, text, body) => {
    const client = await createSigner();
    const response = await client.get(options, text, 'png');
    expect(response.status, await response.clone().text()).toBe(302);
    const { file } = await client.make('grids', body);
    expect(file?.url).toBe(client.edge.origin + response.headers.get('location'));
  });

  it('shows a private morph itself, gif and sheet as well', async () => {
    const client = await createSigner();
    const text = writeChain(['a red apple', 'a banana']);
    const gif = await client.get('frames:3,visibility:private', text, 'gif');
    expect([gif.status, gif.headers.get('content-type')]).toEqual([200, 'image/gif']);
    expect(gif.headers.get('cache-control')).toBe('private, no-store');
    const sheet = await client.get('frames:3,output:sheet,columns:3', text, 'png');
    expect(sheet.status).toBe(302);
    expect(client.edge.backend.compositions.at(-1)?.layout).toEqual({ kind: 'sheet', columns: 3 });
  });

  it.each([
    ['frames:1', 'a>b', 'webp', 'frames'],
    ['frames:5', 'a', 'webp', 'keyframes'],
    ['frames:5', 'a>', 'webp', 'keyframes[1].prompt'],
    ['frames:5,seeds:1', 'a>b', 'webp', 'seeds'],
    ['frames:5', 'a~b>c', 'webp', 'prompt'],
    ['frames:5', 'a>b', 'jpg', 'output_format'],
    ['fps:5', 'a', 'webp', 'fps'],
    ['loop:false', 'a', 'webp', 'loop'],
    ['lossless:true', 'a', 'webp', 'lossless'],
    ['across:seed_1', 'a', 'png', 'down'],
    ['across:seed_1,down:size_1', 'a', 'png', 'down'],
    ['across:seed_1,down:seed_2', 'a', 'png', 'rows.parameter'],
    ['frames:5,across:seed_1,down:truncation_1', 'a>b', 'webp', 'frames'],
    ['across:prompt,down:seed_1,prompt:mix', 'a;0=b', 'png', 'prompt'],
    ['-', 'a', 'gif', 'output_format'],
  ])('%s of %j as %s is refused for %s', async (options, text, extension, param) => {
    const client = await createSigner();
    const response = await client.get(options, text, extension);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code: 'invalid_request', param } });
    expect(client.edge.backend.requests).toEqual([]);
  });
});
