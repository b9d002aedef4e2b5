import { describe, expect, it } from 'vitest';
import { createCompositionClient, GRID, MORPH } from './composition-client.ts';

describe('POST /v1/interpolations', () => {
  it('begins and ends with the single pictures of its key frames, under their names', async () => {
    const client = await createCompositionClient();
    const { data, file } = await client.make('interpolations', MORPH);
    const made = client.edge.backend.requests.length;
    const first = await client.single({ prompt: 'A red  apple', seed: 7 });
    const last = await client.single({ prompt: 'a banana', seed: 9 });
    expect([first, last].map(({ cache }) => cache)).toEqual(['hit', 'hit']);
    expect([data[0]?.url, data.at(-1)?.url]).toEqual([first.url, last.url]);
    expect(client.edge.backend.requests).toHaveLength(made);
    expect(new Set(data.map(({ fingerprint }) => fingerprint)).size).toBe(5);
    expect(file).toMatchObject({ format: 'webp', width: 64, height: 64, cache: 'miss' });
    expect(client.edge.backend.compositions).toEqual([
      expect.objectContaining({
        pictures: data.map(({ fingerprint }) => fingerprint),
        layout: { kind: 'animation', fps: 12, loop: false },
        quality: 90,
      }),
    ]);
  });

  it('makes each frame between as the picture that its blend and variation ask for', async () => {
    const client = await createCompositionClient();
    const { data } = await client.make('interpolations', MORPH);
    const middle = await client.single({
      prompt: [
        { text: 'a red apple', weight: 3 },
        { text: 'a banana', weight: 1 },
      ],
      seed: 7,
      variation: { seed: 9, strength: 0.25 },
    });
    expect(middle).toMatchObject({ cache: 'hit', url: data[1]?.url });
  });

  it('leads through every key frame, and back to the first where it loops', async () => {
    const client = await createCompositionClient();
    const keyframes = ['a red apple', 'a banana', 'a frog'].map((prompt) => ({ prompt }));
    const body = { keyframes, frames: 8, output: 'frames' };
    const singles = await Promise.all(keyframes.map(client.single));
    const open = await client.make('interpolations', body);
    expect(open.file).toBeNull();
    const placeOf = (data: typeof open.data) =>
      singles.map(({ url }) => data.findIndex((frame) => frame.url === url));
    expect(placeOf(open.data)).toEqual([0, 4, 7]);
    const closed = await client.make('interpolations', { ...body, frames: 9, loop: true });
    expect(placeOf(closed.data)).toEqual([0, 3, 6]);
    // As far from the last frame to the first, which follows it, as from the first to the second.
    const back = await client.single({
      prompt: [
        { text: 'a frog', weight: 1 },
        { text: 'a red apple', weight: 2 },
      ],
    });
    expect(closed.data.at(-1)?.url).toBe(back.url);
  });

  it('goes by the easing that is asked for', async () => {
    const client = await createCompositionClient();
    const between = async (easing: string) =>
      (await client.make('interpolations', { ...MORPH, easing, output: 'frames' })).data[1]?.fingerprint;
    const all = await Promise.all(['linear', 'ease-in', 'ease-out', 'ease-in-out'].map(between));
    expect(new Set(all).size).toBe(4);
  });

  it('tells where each frame lies on a sheet', async () => {
    const client = await createCompositionClient();
    const body = { ...MORPH, output: 'sheet', columns: 3, output_format: 'png', size: '32x32' };
    const { file, data } = await client.make('interpolations', body);
    expect(file).toMatchObject({ width: 96, height: 64, format: 'png' });
    expect(data.map(({ x, y }) => [x, y])).toEqual([
      [0, 0],
      [32, 0],
      [64, 0],
      [0, 32],
      [32, 32],
    ]);
  });
});

describe('POST /v1/grids', () => {
  it('has the single pictures as cells, row by row, with labels', async () => {
    const client = await createCompositionClient();
    const { data, file } = await client.make('grids', GRID);
    const singles = await Promise.all(
      [0.5, 1].flatMap((truncation) =>
        [0, 1, 2].map((seed) => client.single({ prompt: 'a red apple', seed, truncation })),
      ),
    );
    expect(data.map(({ url }) => url)).toEqual(singles.map(({ url }) => url));
    expect(singles.every(({ cache }) => cache === 'hit')).toBe(true);
    expect(file).toMatchObject({ format: 'png', cache: 'miss' });
    expect(client.edge.backend.compositions[0]?.layout).toEqual({
      kind: 'grid',
      columns: ['seed 0', 'seed 1', 'seed 2'],
      rows: ['ψ 0.5', 'ψ 1'],
    });
  });

  it('takes prompts, blends, other seeds and strengths as axes', async () => {
    const client = await createCompositionClient();
    const blend = [{ text: 'a fox' }, { text: 'a cat', weight: -0.5 }];
    const prompts = { parameter: 'prompt', values: ['a fox', blend] };
    const strengths = { parameter: 'variation_strength', values: [0, 0.5] };
    const { data } = await client.make('grids', {
      columns: prompts,
      rows: strengths,
      variation: { seed: 5 },
      seed: 2,
    });
    const last = { prompt: blend, seed: 2, variation: { seed: 5, strength: 0.5 } };
    expect(data.at(-1)?.url).toBe((await client.single(last)).url);
    expect(client.edge.backend.compositions[0]?.layout).toMatchObject({
      columns: ['a fox', '1 a fox + -0.5 a cat'],
      rows: ['strength 0', 'strength 0.5'],
    });
    const towards = { parameter: 'variation_seed', values: [5] };
    const other = await client.make('grids', { prompt: 'a fox', columns: towards, rows: strengths });
    expect(other.data[0]?.url).toBe((await client.single({ prompt: 'a fox' })).url);
  });
});
