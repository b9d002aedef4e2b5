import { decodeHTML } from 'entities';

/** Latin ligatures and the letters they stand for. */
const LIGATURES: Readonly<Record<string, string>> = {
  Ĳ: 'IJ',
  ĳ: 'ij',
  ŉ: 'ʼn',
  Ǳ: 'DZ',
  ǲ: 'Dz',
  ǳ: 'dz',
  Ǆ: 'DŽ',
  ǅ: 'Dž',
  ǆ: 'dž',
  Ǉ: 'LJ',
  ǈ: 'Lj',
  ǉ: 'lj',
  Ǌ: 'NJ',
  ǋ: 'Nj',
  ǌ: 'nj',
  ﬀ: 'ff',
  ﬁ: 'fi',
  ﬂ: 'fl',
  ﬃ: 'ffi',
  ﬄ: 'ffl',
  ﬅ: 'ſt',
  ﬆ: 'st',
};

const LIGATURE = new RegExp(`[${Object.keys(LIGATURES).join('')}]`, 'gu');
/** Full-width and half-width forms (U+FF01–FFEF) and the ideographic space. */
const OTHER_WIDTH = /[\u3000\uff01-\uffef]/gu;
const SINGLE_QUOTE = /[\u02bc\u2018-\u201b]/gu;
const DOUBLE_QUOTE = /[\u201c-\u201f]/gu;
const LINE_BREAK = /\r\n|[\r\u2028\u2029\u0085]/gu;
// biome-ignore lint/suspicious/noControlCharactersInRegex: naming control characters is this expression's purpose
const CONTROL = /[\u0000-\u0008\u000b\u000e-\u001f\u007f\u206a-\u206f\ufeff\ufff9-\ufffc]/gu;
/** What a numeric reference stands for in vain: Python's `html.unescape` drops these code points. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above
const INVALID_REFERENCE = /[\u0001-\u0008\u000b\u000e-\u001f\u007f\p{Noncharacter_Code_Point}]/gu;
/** White space as Python's `\s` has it: JavaScript's without U+FEFF, with U+001C–001F and U+0085. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above
const WHITE_SPACE = /[\t-\r\u001c-\u0020\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/gu;

/**
 * The canonical prompt: what CLIP's tokenizer sees after its own cleaning, so that two prompts with the same canonical
 * form are provably the same picture. Lossless to the model, not to the eye (case and spacing are gone).
 *
 * In this order: Latin ligatures expanded, other-width forms to their usual width, curly quotes straightened, line
 * breaks unified, control characters removed, NFC, HTML entities unescaped twice, trimmed, white space collapsed to one
 * space, lower-cased. Mojibake is not repaired, and what entities stand for is not straightened again (CLIP's own
 * cleaning unescapes once more, first). Not idempotent where entities are nested deeper than twice, as in CLIP:
 * canonicalise once, at the door.
 *
 * @see https://github.com/openai/CLIP/blob/main/clip/simple_tokenizer.py `basic_clean`, `whitespace_clean`
 */
export function canonicalisePrompt(prompt: string): string {
  const repaired = prompt
    .replace(LIGATURE, (ligature) => LIGATURES[ligature] ?? ligature)
    .replace(OTHER_WIDTH, (form) => form.normalize('NFKC'))
    .replace(SINGLE_QUOTE, "'")
    .replace(DOUBLE_QUOTE, '"')
    .replace(LINE_BREAK, '\n')
    .replace(CONTROL, '')
    .normalize('NFC');
  return unescapeHtml(unescapeHtml(repaired)).replace(WHITE_SPACE, ' ').replace(/^ | $/gu, '').toLowerCase();
}

const REFERENCE = /&(?:#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[^\t\n\f <&#;]{1,32};?)/gu;

/** HTML5 character references, decoded one by one so that what they stand for is never decoded again. */
function unescapeHtml(text: string): string {
  return text.replace(REFERENCE, (reference) => {
    const decoded = decodeHTML(reference);
    return reference.startsWith('&#') ? decoded.replace(INVALID_REFERENCE, '') : decoded;
  });
}
