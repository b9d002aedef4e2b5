import { type BpeVocabulary, END_TOKEN, START_TOKEN, WORD_END } from './bpe-vocabulary.ts';

/**
 * How CLIP cuts text into words: contractions, runs of letters, single digits, runs of anything else but white space.
 * CLIP ignores case: long s (ſ) is an s to it, and U+0345, whose capital is the letter Ι, is neither a letter nor anything
 * else, so it is dropped. The text is lower-cased already.
 */
const WORD = "'[sſ]|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}\\u0345]+";

/**
 * A vocabulary as Hugging Face's `tokenizer.json`, with CLIP's rules: white space, lower case, words, bytes, start and
 * end token. No NFC, unlike Hugging Face's own: CLIP normalises before it lower-cases, which canonicalisation has done,
 * and "Ϋ́" lower-cased would compose. Equal vocabularies give equal text.
 */
export function tokenizerJson({ ids, merges }: BpeVocabulary): string {
  const special = [START_TOKEN, END_TOKEN].map((content) => ({ id: ids[content] ?? 0, content }));
  const [start, end] = special.map(({ content }) => ({ SpecialToken: { id: content, type_id: 0 } }));
  return `${JSON.stringify({
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: special.map(({ id, content }) => ({
      id,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: {
      type: 'Sequence',
      normalizers: [{ type: 'Replace', pattern: { Regex: '\\s+' }, content: ' ' }, { type: 'Lowercase' }],
    },
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [
        { type: 'Split', pattern: { Regex: WORD }, behavior: 'Removed', invert: true },
        { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false },
      ],
    },
    post_processor: {
      type: 'TemplateProcessing',
      single: [start, { Sequence: { id: 'A', type_id: 0 } }, end],
      pair: [start, { Sequence: { id: 'A', type_id: 0 } }, { Sequence: { id: 'B', type_id: 1 } }, end],
      special_tokens: Object.fromEntries(
        special.map(({ id, content }) => [content, { id: content, ids: [id], tokens: [content] }]),
      ),
    },
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: END_TOKEN,
      continuing_subword_prefix: '',
      end_of_word_suffix: WORD_END,
      fuse_unk: false,
      vocab: ids,
      merges: merges.map((pair) => pair.join(' ')),
    },
  })}\n`;
}
