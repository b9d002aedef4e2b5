import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fingerprintOf, objectKeyOf, type Recipe } from '../../gpu-backend/contract/fingerprint.ts';
import { IMAGE_FORMAT_NAMES, IMAGE_FORMATS } from '../../gpu-backend/contract/image-format.ts';
import { MAX_SEED } from '../../gpu-backend/contract/noise.ts';

const RECIPE: Recipe = {
  model: 'ab'.repeat(32),
  prompt: 'a red apple',
  seed: 7,
  size: 64,
  format: 'webp',
  quality: 90,
};
const PRIVATE: Recipe = { ...RECIPE, tenant: 'ten_1' };

const recipes: fc.Arbitrary<Recipe> = fc.record({
  model: fc.stringMatching(/^[0-9a-f]{64}$/u),
  prompt: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }),
  seed: fc.integer({ min: 0, max: MAX_SEED }),
  size: fc.integer({ min: 16, max: 896 }),
  format: fc.constantFrom(...IMAGE_FORMAT_NAMES),
  quality: fc.option(fc.integer({ min: 1, max: 100 })),
  tenant: fc.option(fc.stringMatching(/^[\w-]{1,64}$/u), { nil: undefined }),
});

describe('fingerprintOf', () => {
  it('gives the vector of the specification', async () => {
    // printf %s '["galip-edge/2","abab…","a red apple","philox4x32-10/box-muller/1",7,64,"webp",90]' | sha256sum
    expect(await fingerprintOf(RECIPE)).toBe(
      'fe274d3cb6c15407ef1c40d32c0936710ec54467280b9dd9611ea328e18a11f3',
    );
  });

  it('gives the vector of a private picture, the owner at the end', async () => {
    // printf %s '["galip-edge/2","abab…","a red apple","philox4x32-10/box-muller/1",7,64,"webp",90,"ten_1"]' | sha256sum
    expect(await fingerprintOf(PRIVATE)).toBe(
      'e0bd369217c37bb84864f98057d7375d0e9d7ca8d8dd1fead47e6927c13dc51b',
    );
  });

  it.each<[Recipe, string]>([
    // The line above with ["latent/1",0.7,5,0.3], and with ["latent/1",0.7] before the owner.
    [
      { ...RECIPE, latent: { truncation: 0.7, variation: { seed: 5, strength: 0.3 } } },
      'a54c863c9c9af9d78a076963578fe16b7d2a0e9e7bbe318f6b883dea90840ba7',
    ],
    [
      { ...PRIVATE, latent: { truncation: 0.7 } },
      'a1030a2b444a026c37e8d5eb73b6f711970c5ce868140da52a999d09d4076c69',
    ],
    // With ["blend/1",["a banana",250000],["a red apple",750000]] for the prompt; and with
    // ["stages/1",[3,4,"a fox"]] behind ["latent/1",0.7].
    [
      { ...RECIPE, prompt: ['blend/1', ['a banana', 250_000], ['a red apple', 750_000]] },
      '0d9a33ee01ccfda4d0ad0f7d6b0625496861654257464cf86cc53ae626cf5b38',
    ],
    [
      { ...PRIVATE, stages: ['stages/1', [3, 4, 'a fox']], latent: { truncation: 0.7 } },
      '8b4e30f27fd6c5669ec17b1dba78b5f3d3a80a03bfd334632936b6bb6405f802',
    ],
  ])('gives the vector of %j', async (recipe, fingerprint) => {
    expect(await fingerprintOf(recipe)).toBe(fingerprint);
  });

  // The same line with "png",null · "webp",90 · "jpeg",90 · "avif",70. Other defaults would give every URL that asks for
  // none another picture's name.
  it.each([
    ['png', 'aeda35d20b6af944f54a9976c1851ad798d01c67c704b7b98f47f7d0ccf3fa46'],
    ['webp', 'fe274d3cb6c15407ef1c40d32c0936710ec54467280b9dd9611ea328e18a11f3'],
    ['jpeg', 'f0ac8f42e9c63df8ef33abef646dc11317d00733ff8c3b7b09832a71e8e4be80'],
    ['avif', 'e26ec38571354e719b0fb88ed0078526230c184a95eed9d6ba8620d2f8c4c49d'],
  ] as const)('gives the vector of a %s at its default quality', async (format, fingerprint) => {
    const quality = IMAGE_FORMATS[format].defaultQuality;
    expect(await fingerprintOf({ ...RECIPE, format, quality })).toBe(fingerprint);
  });

  it('does not depend on the order of fields', async () => {
    const { model, ...rest } = RECIPE;
    expect(await fingerprintOf({ ...rest, model })).toBe(await fingerprintOf(RECIPE));
  });

  it('is equal exactly where the recipes are', async () => {
    await fc.assert(
      fc.asyncProperty(
        recipes,
        recipes,
        fc.subarray(Object.keys(PRIVATE) as (keyof Recipe)[]),
        async (a, b, kept) => {
          const mixed = {
            ...b,
            ...Object.fromEntries(kept.map((field) => [field, a[field]])),
          };
          const same = (Object.keys(PRIVATE) as (keyof Recipe)[]).every((field) =>
            Object.is(a[field], mixed[field]),
          );
          expect((await fingerprintOf(a)) === (await fingerprintOf(mixed))).toBe(same);
        },
      ),
    );
  });

  it('cannot be confused by quotes and separators within the prompt', async () => {
    const tricky = [`a","b`, `a\\","b`, 'a,b', `a",7,64,"webp",90]`];
    const all = await Promise.all(tricky.map((prompt) => fingerprintOf({ ...RECIPE, prompt })));
    expect(new Set(all).size).toBe(tricky.length);
  });
});

describe('objectKeyOf', () => {
  it('names the object as the URL does', () => {
    expect(objectKeyOf('0f'.repeat(32), 'jpeg')).toBe(`i/${'0f'.repeat(32)}.jpg`);
  });

  it('keeps private objects under their owner', () => {
    expect(objectKeyOf('0f'.repeat(32), 'jpeg', 'ten_1')).toBe(`p/ten_1/${'0f'.repeat(32)}.jpg`);
  });
});
