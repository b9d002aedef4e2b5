/** A byte-pair vocabulary: ids of tokens, and pairs of tokens in the order in which they merge. */
export interface BpeVocabulary {
  readonly ids: Readonly<Record<string, number>>;
  readonly merges: readonly (readonly [string, string])[];
}

export const START_TOKEN = '<|startoftext|>';
export const END_TOKEN = '<|endoftext|>';
/** Marks a token that ends a word. */
export const WORD_END = '</w>';
