import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readChain, writeChain } from '../../gpu-backend/contract/prompt-chain.ts';
import { readMix, writeMix } from '../../gpu-backend/contract/prompt-mix.ts';

const text = fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[~>|;*a]{0,12}$/u));

it('reads back whatever it wrote, mixes too', () => {
  fc.assert(
    fc.property(fc.array(text, { minLength: 1, maxLength: 8 }), (texts) => {
      expect(readChain(writeChain(texts))).toEqual(texts);
      const mixes = texts.map((prompt) => writeMix({ prompt }));
      expect(readChain(writeChain(mixes)).map((mix) => readMix(mix).prompt)).toEqual(texts);
    }),
  );
});

it('is what it looks like', () => {
  expect(writeChain(['a red apple', 'a > b', '~'])).toBe('a red apple>a ~> b>~~');
  expect(readChain('')).toEqual(['']);
  expect(readChain('a>')).toEqual(['a', '']);
});

it.each(['~', 'a~b', 'a>~'])('refuses %j, which nobody wrote', (chain) => {
  expect(() => readChain(chain)).toThrow(SyntaxError);
});
