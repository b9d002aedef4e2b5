import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalisePrompt } from '../../gpu-backend/contract/canonicalise.ts';

/** `[what it shows, prompt, canonical form]` */
const CASES: readonly (readonly [string, string, string])[] = [
  ['lower case', 'A Red APPLE', 'a red apple'],
  ['white space collapsed and trimmed', ' \t a  red\r\n\u2028apple\u3000 ', 'a red apple'],
  ['ligatures', 'ﬁﬂame ǆ', 'fiflame dž'],
  ['full-width forms', 'ＲＥＤ　ａｐｐｌｅ！', 'red apple!'],
  ['half-width katakana', 'ﾘﾝｺﾞ', 'リンゴ'],
  ['curly quotes', '“it’s” ‘ok’', `"it's" 'ok'`],
  ['NFC', 'cafe\u0301', 'café'],
  ['entities unescaped twice', 'red &amp;amp; green', 'red & green'],
  ['entities unescaped no more than twice', '&amp;amp;amp;', '&amp;'],
  ['numeric references', '&#65;&#x42; &#128512;', 'ab 😀'],
  ['legacy references without semicolon', 'a &ltb &copy 2026', 'a <b © 2026'],
  ['unknown references stay', '&nosuch; &;', '&nosuch; &;'],
  ['a reference that gives an ampersand starts no other', '&amp#38;lt;', '&lt;'],
  ['control characters go', 'a\u0007b\u200b\ufeffc', 'ab\u200bc'],
  ['references to control characters go', 'a&#7;b', 'ab'],
  ['references to non-characters go', 'a&#x1FFFE;b&#xFDD0;', 'ab'],
  ['references without a windows-1252 character stay C1', 'a&#129;b', 'a\u0081b'],
  ['windows-1252 references', '&#150;', '–'],
  ['non-breaking space', 'a\u00a0&nbsp;b', 'a b'],
  ['final sigma', 'ΟΔΟΣ', 'οδος'],
  ['long s of the ligature', 'ﬅone', 'ſtone'],
];

describe('canonicalisePrompt', () => {
  it.each(CASES)('%s', (_, prompt, canonical) => {
    expect(canonicalisePrompt(prompt)).toBe(canonical);
  });

  it('is the same for what differs in case of ASCII letters, spacing and normal form alone', () => {
    const word = fc.stringMatching(/^[a-z0-9éü!?.]{1,8}$/u);
    const space = fc.constantFrom(' ', '  ', '\t', '\n', '\u00a0', '\u3000', '\r\n');
    fc.assert(
      fc.property(
        fc.array(fc.tuple(word, space, fc.boolean()), {
          minLength: 1,
          maxLength: 12,
        }),
        (parts) => {
          const plain = parts.map(([text]) => text).join(' ');
          const odd = parts
            .map(([text, gap, shout]) => gap + (shout ? text.toUpperCase() : text).normalize('NFD'))
            .join('');
          expect(canonicalisePrompt(odd)).toBe(canonicalisePrompt(plain));
        },
      ),
    );
  });

  it('gives trimmed text with single spaces and no control characters, and is stable without entities', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (prompt) => {
        const canonical = canonicalisePrompt(prompt);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: their absence is what is shown
        expect(canonical).not.toMatch(/^\s|\s$|\s\s|[\u0000-\u001f\u007f]/u);
        if (!canonical.includes('&')) expect(canonicalisePrompt(canonical)).toBe(canonical);
      }),
    );
  });

  it('takes time linear in the length', () => {
    for (const unit of ['&', '&amp', '&#', '&#x', ' ', 'ﬁ', 'e\u0301', '&amp;']) {
      expect(canonicalisePrompt(unit.repeat(100_000)).length).toBeLessThanOrEqual(400_000);
    }
  });
});
