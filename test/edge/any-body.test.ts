import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTestEdge } from './fakes/test-edge.ts';

const edge = createTestEdge();
const FIELDS = [
  'prompt',
  'n',
  'size',
  'response_format',
  'output_format',
  'output_compression',
  'user',
  'model',
  'seed',
  'seeds',
];

/** Values near to what each field takes, and others. */
const near = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    'auto',
    '64x64',
    'url',
    'b64_json',
    'png',
    'webp',
    'emoji-v0',
    'random',
    'cat',
    100,
    0,
    1,
    2,
  ),
  fc.integer({ min: -2, max: 12 }),
  fc.maxSafeInteger(),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.array(fc.maxSafeNat(), { maxLength: 4 }),
);
const almostValid = fc
  .tuple(fc.string({ unit: 'grapheme', maxLength: 30 }), fc.dictionary(fc.constantFrom(...FIELDS), near))
  .map(([prompt, fields]) => JSON.stringify({ prompt, ...fields }));
const anyJson = fc.json({ maxDepth: 4 });
const anyText = fc.string({ unit: 'binary' });

describe('any body', () => {
  it.each([
    ['almost valid', almostValid, 800],
    ['of JSON', anyJson, 400],
    ['of text', anyText, 200],
  ])(
    '%s gives pictures or an error of the client’s, in OpenAI’s shape',
    { timeout: 120_000 },
    async (_, bodies, runs) => {
      const statuses = new Set<number>();
      await fc.assert(
        fc.asyncProperty(bodies, async (body) => {
          const response = await edge.generate(body);
          statuses.add(response.status);
          const answer = await response.json();
          if (response.status === 200) {
            expect(answer).toMatchObject({ model: 'emoji-v0', data: expect.any(Array) });
            return;
          }
          expect([400, 404]).toContain(response.status);
          expect(answer).toEqual({
            error: {
              message: expect.stringMatching(/./u),
              type: expect.any(String),
              code: expect.any(String),
              param: expect.any(String),
            },
          });
        }),
        { numRuns: runs },
      );
      expect(statuses).toContain(400);
      if (bodies === almostValid) expect(statuses).toContain(200);
      expect(edge.log).toEqual([]);
    },
  );
});
