import { expect, it } from 'vitest';
import { createCompositionClient, GRID, type Kind, MORPH } from './composition-client.ts';

const axis = (parameter: string, values: readonly unknown[]) => ({ parameter, values });
const frames = (count: number) => Array.from({ length: count }, () => ({ prompt: 'x' }));

it.each<[Kind, object, string, string]>([
  ['interpolations', { ...MORPH, frames: 121 }, 'frames', 'frames (121) must be an integer, 2 … 120'],
  ['interpolations', { ...MORPH, frames: 1 }, 'frames', 'frames (1) must be an integer, 2 … 120'],
  [
    'interpolations',
    { keyframes: frames(1) },
    'keyframes',
    'keyframes ([{"prompt":"x"}]) must be an array of 2 … 16 key frames',
  ],
  [
    'interpolations',
    { keyframes: frames(17) },
    'keyframes',
    'keyframes must be an array of 2 … 16 key frames',
  ],
  [
    'interpolations',
    { keyframes: frames(5), frames: 4 },
    'frames',
    'frames (4) must be at least 5, one for each key frame',
  ],
  [
    'interpolations',
    { keyframes: [{ prompt: 'x' }, { prompt: '' }] },
    'keyframes[1].prompt',
    'keyframes[1].prompt is blank; it must say what the picture shows',
  ],
  [
    'interpolations',
    { keyframes: [{ prompt: 'x' }, { prompt: 'y', seed: -1 }] },
    'keyframes[1].seed',
    'keyframes[1].seed (-1) must be an integer, 0 … 9007199254740991',
  ],
  [
    'interpolations',
    { keyframes: [{ prompt: 'x' }, { prompt: 'y', see: 1 }] },
    'keyframes[1].see',
    '"keyframes[1].see" is not a field',
  ],
  [
    'interpolations',
    { ...MORPH, easing: 'bounce' },
    'easing',
    'easing ("bounce") must be one of linear, ease-in, ease-out, ease-in-out',
  ],
  [
    'interpolations',
    { ...MORPH, output: 'film' },
    'output',
    'output ("film") must be one of animation, sheet, frames',
  ],
  [
    'interpolations',
    { ...MORPH, output_format: 'png' },
    'output_format',
    'output_format (png) must be webp or gif for an animation',
  ],
  [
    'interpolations',
    { ...MORPH, output: 'sheet', output_format: 'gif' },
    'output_format',
    'output_format (gif) must be webp or png for a sheet',
  ],
  ['interpolations', { ...MORPH, fps: 51 }, 'fps', 'fps (51) must be an integer, 1 … 50'],
  [
    'interpolations',
    { ...MORPH, output: 'sheet', fps: 10 },
    'fps',
    'fps is for an animation; output is sheet',
  ],
  ['interpolations', { ...MORPH, columns: 3 }, 'columns', 'columns is for a sheet; output is animation'],
  [
    'interpolations',
    { ...MORPH, output_format: 'gif', lossless: true },
    'lossless',
    'lossless (true) goes not with gif, which has 256 colours a frame',
  ],
  [
    'interpolations',
    { ...MORPH, lossless: true, output_compression: 80 },
    'output_compression',
    'output_compression (80) must be 100 or absent with lossless',
  ],
  [
    'interpolations',
    { ...MORPH, stream: true, async: true },
    'stream',
    'stream and async exclude each other',
  ],
  [
    'interpolations',
    { ...MORPH, deadline: 60 },
    'deadline',
    'deadline is for jobs: it goes together with async or the header "Prefer: respond-async"',
  ],
  [
    'grids',
    { ...GRID, rows: axis('truncation', Array(9).fill(1)) },
    'rows.values',
    'rows.values must be an array of 1 … 8 values',
  ],
  [
    'grids',
    { ...GRID, rows: axis('truncation', []) },
    'rows.values',
    'rows.values must be an array of 1 … 8 values',
  ],
  [
    'grids',
    { ...GRID, rows: axis('size', [1]) },
    'rows.parameter',
    'rows.parameter ("size") must have a parameter, one of prompt, seed, truncation, variation_seed, variation_strength, and 1 … 8 values of it',
  ],
  [
    'grids',
    { ...GRID, rows: axis('truncation', [2]) },
    'rows.values[0]',
    'rows.values[0] (2) must be a number above 0, at most 1.5',
  ],
  [
    'grids',
    { ...GRID, rows: axis('seed', [1]) },
    'rows.parameter',
    'rows and columns have both the parameter seed',
  ],
  [
    'grids',
    { ...GRID, seed: 1 },
    'seed',
    'seed is given for all cells, and by the columns; allowed is one of them',
  ],
  [
    'grids',
    { ...GRID, prompt: undefined },
    'prompt',
    'prompt is missing: it is neither given nor on an axis',
  ],
  [
    'grids',
    { ...GRID, rows: axis('variation_seed', [1]) },
    'variation.strength',
    'variation.strength is missing: a variation has seed and strength, each given or on an axis',
  ],
  [
    'grids',
    { ...GRID, rows: axis('prompt', ['a\u0000']), prompt: undefined },
    'rows.values[0]',
    'rows.values[0] has a control character; of these tab and line breaks are allowed',
  ],
  ['grids', { ...GRID, output_format: 'gif' }, 'output_format', 'output_format ("gif") must be png or webp'],
  [
    'grids',
    { ...GRID, output_compression: 80 },
    'output_compression',
    'output_compression (80) must be 100 or absent for png',
  ],
])('/v1/%s refuses %j', async (kind, body, param, message) => {
  const client = await createCompositionClient();
  for (const query of ['', '?dry_run=true']) {
    const response = await client.post(kind, body, {}, query);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code: 'invalid_request', param, message } });
  }
  expect(client.edge.backend.requests).toEqual([]);
});

it('refuses another model', async () => {
  const client = await createCompositionClient();
  expect((await client.post('interpolations', { ...MORPH, model: 'other' })).status).toBe(404);
});
