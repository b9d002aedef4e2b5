import { describe, expect, it } from 'vitest';
import { MAX_BODY_BYTES } from '../../gpu-backend/contract/generate.ts';
import { MAX_SEED } from '../../gpu-backend/contract/noise.ts';
import { createTestEdge } from './fakes/test-edge.ts';

const edge = createTestEdge();

async function refusalOf(
  body: unknown,
  headers?: Record<string, string>,
): Promise<{ param: string; message: string }> {
  const response = await edge.generate(body, headers);
  expect(response.status).toBe(400);
  expect(response.headers.get('cache-control')).toBe('no-store');
  const { error } = await response.json<{ error: { param: string; message: string } }>();
  expect(error).toMatchObject({ type: 'invalid_request_error', code: 'invalid_request' });
  return error;
}

describe('what an image request may not be', () => {
  it.each<[param: string, fields: Record<string, unknown>, allowed: string]>([
    ['prompt', { prompt: undefined }, '1 … 1000'],
    ['prompt', { prompt: null }, '1 … 1000'],
    ['prompt', { prompt: 7 }, '1 … 1000'],
    ['prompt', { prompt: '' }, 'blank'],
    ['prompt', { prompt: ' \n\t ' }, 'blank'],
    ['prompt', { prompt: '&nbsp;\ufeff' }, 'blank'],
    ['prompt', { prompt: 'x'.repeat(1001) }, '1001 code points; allowed are 1 … 1000'],
    ['prompt', { prompt: '🍎'.repeat(1001) }, '1001 code points'],
    ['prompt', { prompt: '\u{1d160}'.repeat(334) }, 'normalised'],
    ['prompt', { prompt: 'a\u0000b' }, 'control character'],
    ['prompt', { prompt: 'a\u0085b' }, 'control character'],
    ['prompt', { prompt: 'a\u001bb' }, 'control character'],
    ['prompt', { prompt: 'a\ud800b' }, 'lone surrogate'],
    ['prompt', { prompt: '\udc00' }, 'lone surrogate'],
    ['prompt', { prompt: [] }, '1 … 8 texts'],
    ['prompt', { prompt: Array(9).fill({ text: 'cat' }) }, '1 … 8 texts'],
    ['prompt', { prompt: {} }, 'or an array of 1 … 8 {text, weight}'],
    ['prompt[0]', { prompt: ['cat'] }, 'an object with text and weight'],
    ['prompt[0].text', { prompt: [{ weight: 1 }] }, '1 … 1000'],
    ['prompt[1].text', { prompt: [{ text: 'cat' }, { text: ' ' }] }, 'blank'],
    ['prompt[0].weight', { prompt: [{ text: 'cat', weight: '1' }] }, '-1000 … 1000'],
    [
      'prompt[0].weight',
      { prompt: [{ text: 'cat', weight: 1001 }] },
      '(1001) must be a number, -1000 … 1000',
    ],
    ['prompt[0].size', { prompt: [{ text: 'cat', size: 1 }] }, 'is not a field'],
    ['prompt', { prompt: [{ text: 'cat', weight: 0 }] }, 'sum to 0; they must sum to more than 0'],
    ['prompt', { prompt: [{ text: 'cat' }, { text: 'CAT', weight: -1 }] }, 'sum to 0;'],
    [
      'prompt',
      {
        prompt: [
          { text: 'cat', weight: 5 },
          { text: 'dog', weight: -4 },
        ],
      },
      'up to 4 times the sum',
    ],
    [
      'prompt',
      { prompt: Array.from({ length: 8 }, (_, at) => ({ text: `${at}${'🍎'.repeat(999)}` })) },
      'allowed are 8192',
    ],
    ['stages', { stages: 5 }, 'an object of prompts'],
    ['stages', { stages: ['dog'] }, 'an object of prompts'],
    ['stages', { stages: { first: 'dog' } }, '"first"; allowed are stages and ranges, as "3" or "0-2"'],
    ['stages', { stages: { '3-1': 'dog' } }, '"3-1", which falls'],
    ['stages', { stages: { '3-5': 'dog' } }, '"3-5"; this model has the stages 0 … 4'],
    ['stages', { stages: { '0-2': 'dog', 2: 'ant' } }, 'names stage 2 twice'],
    ['stages.0-2', { stages: { '0-2': '' } }, 'blank'],
    ['stages.0-2', { stages: { '0-2': 7 } }, '1 … 1000'],
    [
      'stages.3[1].weight',
      { stages: { 3: [{ text: 'cat' }, { text: 'dog', weight: null }] } },
      '-1000 … 1000',
    ],
    ['n', { n: 0 }, 'n (0) must be 1 … 10'],
    ['n', { n: 11 }, 'n (11) must be 1 … 10'],
    ['n', { n: 1.5 }, 'integer'],
    ['n', { n: '1' }, 'integer'],
    ['size', { size: '64x32' }, 'pictures are square'],
    ['size', { size: '15x15' }, '16 … 256'],
    ['size', { size: '257x257' }, '16 … 256'],
    ['size', { size: '064x064' }, '"NxN"'],
    ['size', { size: '64X64' }, '"NxN"'],
    ['size', { size: 64 }, '"NxN"'],
    ['size', { size: '' }, '"NxN"'],
    ['response_format', { response_format: 'base64' }, '"url" or "b64_json"'],
    ['output_format', { output_format: 'gif' }, 'one of png, webp, jpeg, avif'],
    ['output_compression', { output_compression: 101 }, '0 … 100'],
    ['output_compression', { output_compression: -1, output_format: 'webp' }, '0 … 100'],
    ['output_compression', { output_compression: 99 }, 'png is lossless'],
    ['user', { user: 'u'.repeat(257) }, '256'],
    ['model', { model: 3 }, 'string'],
    ['seed', { seed: -1 }, `0 … ${MAX_SEED}`],
    ['seed', { seed: 2 ** 53 }, `0 … ${MAX_SEED}`],
    ['seed', { seed: 'any' }, '"random"'],
    ['seed', { seed: MAX_SEED, n: 2 }, 'the largest seed'],
    ['seeds', { seeds: [1, 2], n: 3 }, 'n is 3'],
    ['seeds', { seeds: [1, 2], n: 1 }, 'n is 1'],
    ['seeds', { seeds: [] }, 'at least one'],
    ['seeds', { seeds: [1], seed: 1 }, 'exclude'],
    ['seeds', { seeds: 5 }, 'array'],
    ['seeds', { seeds: '' }, 'allowed are seeds and ranges'],
    ['seeds', { seeds: '1,x' }, 'the part "x"'],
    ['seeds', { seeds: 'y'.repeat(5000) }, `the part "${'y'.repeat(40)}";`],
    ['seeds', { seeds: '5-3' }, 'which falls'],
    ['seeds', { seeds: '0-10' }, 'more than 10'],
    ['seeds', { seeds: '9007199254740992' }, 'the largest seed'],
    ['seeds', { seeds: '0-2', n: 2 }, 'n is 2'],
    ['truncation', { truncation: 0 }, 'above 0, at most 1.5'],
    ['truncation', { truncation: 1.6 }, 'above 0, at most 1.5'],
    ['truncation', { truncation: '0.5' }, 'must be a number'],
    ['variation', { variation: 5 }, 'seed and strength'],
    ['variation.strength', { variation: { seed: 5 } }, '0 … 1'],
    ['variation.strength', { variation: { seed: 5, strength: 2 } }, '0 … 1'],
    ['variation.seed', { variation: { seed: -5, strength: 1 } }, `0 … ${MAX_SEED}`],
    ['seeds', { seeds: Array(11).fill(0) }, '10'],
    ['seeds[1]', { seeds: [1, 'x'], n: 2 }, 'integer'],
    ['style', { style: 'vivid' }, 'allowed are prompt, n, size'],
    ['quality', { quality: null }, 'allowed are prompt, n, size'],
    ['constructor', { constructor: 1 }, 'allowed are prompt, n, size'],
  ])('%s: %j', async (param, fields, allowed) => {
    const error = await refusalOf({ prompt: 'cat', ...fields });
    expect(error.param).toBe(param);
    expect(error.message).toContain(allowed);
    expect(error.message).toContain(param);
  });

  it('names __proto__ as the unknown field that it is', async () => {
    expect((await refusalOf('{"prompt":"cat","__proto__":{"n":2}}')).param).toBe('__proto__');
  });

  it.each([
    ['nothing', ''],
    ['half of JSON', '{"prompt":'],
    ['an array', '[]'],
    ['null', 'null'],
    ['a string', '"cat"'],
    ['a trailing comma', '{"prompt":"cat",}'],
  ])('a body that is %s', async (_, body) => {
    expect((await refusalOf(body)).param).toBe('body');
  });

  it.each([
    ['seed', '{"prompt":"cat","seed":1,"seed":2}'],
    ['seed', '{"seed":1,"prompt":"cat","seed" : 1}'],
    ['prompt', '{"prompt":"cat","pr\\u006fmpt":"dog"}'],
    ['prompt', '{"prompt":"a \\"n\\": 1","prompt":"b"}'],
    ['n', '{"prompt":"cat","seeds":[{"n":1,"n":2}]}'],
    ['__proto__', '{"prompt":"cat","__proto__":1,"__proto__":2}'],
  ])('a body in which %s stands twice: %s', async (param, body) => {
    expect(await refusalOf(body)).toMatchObject({
      param,
      message: `${param} is given twice; allowed is once`,
    });
  });

  it('a prompt, without repeating it', async () => {
    for (const fields of [
      { prompt: 'secret\u0000plan' },
      { prompt: ['secret plan'] },
      { prompt: [{ text: 'secret\u0000plan' }] },
      { prompt: [{ text: 'secret plan', weight: 0 }] },
      { prompt: 'x', stages: { 1: 'secret\u0000plan' } },
      { prompt: 'x', stages: 'secret plan' },
    ]) {
      expect((await refusalOf(fields)).message).not.toMatch(/secret|plan/u);
    }
  });

  it('a body that is not UTF-8', async () => {
    const bytes = new Uint8Array([...new TextEncoder().encode('{"prompt":"'), 0xff, 0x22, 0x7d]);
    expect((await refusalOf(new Response(bytes).body)).message).toContain('UTF-8');
  });

  it.each([
    'text/plain',
    'application/jsonp',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
  ])('content type %s', async (type) => {
    const error = await refusalOf({ prompt: 'cat' }, { 'content-type': type });
    expect(error).toMatchObject({ param: 'body', message: expect.stringContaining('application/json') });
  });

  it('a body above the limit, by its declared length', async () => {
    const body = JSON.stringify({ prompt: 'cat', user: 'u'.repeat(MAX_BODY_BYTES) });
    expect((await refusalOf(body)).message).toContain(`larger than ${MAX_BODY_BYTES}`);
  });

  it('a body above the limit, of undeclared length, without reading on', async () => {
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 16_384;
        controller.enqueue(new Uint8Array(16_384).fill(32));
      },
    });
    expect((await refusalOf(endless)).message).toContain(`larger than ${MAX_BODY_BYTES}`);
    expect(sent).toBeLessThan(3 * MAX_BODY_BYTES);
  });
});

describe('what an image request may be', () => {
  it.each<[string, Record<string, unknown>]>([
    ['a thousand code points outside the basic plane', { prompt: '🍎'.repeat(1000) }],
    ['tab and line breaks', { prompt: 'a\tb\r\nc' }],
    [
      'nulls for all that is optional',
      {
        n: null,
        size: null,
        response_format: null,
        output_format: null,
        output_compression: null,
        user: null,
        model: null,
        seed: null,
        seeds: null,
        truncation: null,
        variation: null,
        stages: null,
      },
    ],
    ['the model by its name', { model: 'emoji-v0' }],
    ['a user', { user: 'somebody' }],
    [
      'eight texts, weights left out',
      { prompt: Array.from({ length: 8 }, (_, at) => ({ text: `cat ${at}` })) },
    ],
    ['no stages', { stages: {} }],
    ['every stage', { stages: { '0-2': 'a', 3: 'b', '04': [{ text: 'c' }] } }],
  ])('%s', async (_, fields) => {
    expect((await edge.generate({ prompt: 'cat', ...fields })).status).toBe(200);
  });

  it.each([
    ['names of fields and braces in its values', '{"prompt":"{\\"prompt\\": [1, {\\"a\\"","user":"prompt"}'],
    ['a value that ends with a backslash', '{"prompt":"cat\\\\","user":"cat\\\\"}'],
  ])('a body with %s', async (_, body) => {
    expect((await edge.generate(body)).status).toBe(200);
  });

  it('JSON with a charset parameter', async () => {
    const headers = { 'content-type': 'Application/JSON; charset=utf-8' };
    expect((await edge.generate({ prompt: 'cat' }, headers)).status).toBe(200);
  });
});
