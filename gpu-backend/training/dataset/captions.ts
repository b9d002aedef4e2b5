import { canonicalisePrompt } from '../../contract/canonicalise.ts';
import type { ConceptNames } from './concept-names.ts';
import type { DrawingStyle } from './drawing-styles.ts';
import { hashOrder } from './hash-order.ts';
import { withArticle } from './noun-phrase.ts';

/** `{a}` is the name with its article, `{n}` without. */
const PLAIN_TEMPLATES = [
  'a drawing of {a}',
  'a picture of {a}',
  'an illustration of {a}',
  'an icon of {a}',
  '{n} emoji',
  '{n} icon',
  '{a} on a white background',
  'a simple drawing of {a}',
] as const;

/** `{s}` is a word of the style. */
const STYLE_TEMPLATES = [
  '{s} {n}',
  '{s} style {n}',
  '{a} in {s} style',
  '{s} drawing of {a}',
  '{s} icon of {a}',
  '{n}, {s}',
  '{s} {n} emoji',
  '{s} picture of {a}',
] as const;

/** Phrases of the evaluation; none is among the above. */
const HELD_OUT_TEMPLATES = [
  'please draw {a}',
  'clip art of {a}',
  'show me {a}',
  'a small sticker that shows {a}',
  '{a}, isolated on white',
  'could you make an image with {a} in it',
] as const;

const PLAIN_COUNT = 3;
const STYLE_COUNT = 4;
const OWN_TAG_COUNT = 1;
const PARAPHRASES_PER_NAME = 2;

/**
 * Captions of one drawing, canonical and all different: its names, its keywords, natural phrases, and the same with
 * words for its style. Which phrases depends on concept and style alone.
 */
export function captionsOf(id: string, names: ConceptNames, style: DrawingStyle): string[] {
  const pick = <T extends string>(kind: string, items: readonly T[], amount: number): T[] =>
    hashOrder(items, (item) => item, `${kind}/${id}/${style.id}`).slice(0, amount);
  const allNames = [names.name, ...names.others];
  // Half of the phrases say the usual name, the others take turns.
  const nameAt = (index: number): string =>
    index % 2 === 0 ? names.name : (allNames[((index + 1) / 2) % allNames.length] ?? names.name);
  const phrases = [
    names.name,
    withArticle(names.name),
    ...pick('other', names.others, 2),
    ...pick('own tag', names.ownTags, OWN_TAG_COUNT),
    ...pick('plain', PLAIN_TEMPLATES, PLAIN_COUNT).map((template, index) => fill(template, nameAt(index))),
    ...keywordPhrases(names, pick('tags', names.tags, 2)),
    ...pick('style', STYLE_TEMPLATES, STYLE_COUNT).map((template, index) =>
      fill(template, nameAt(index), style.words[index % style.words.length]),
    ),
  ];
  return [...new Set(phrases.map(canonicalisePrompt))].filter((caption) => caption !== names.heldOutName);
}

/** Prompts that mean the concept in words that no training caption has; for evaluation alone. */
export function paraphrasesOf(id: string, { name, heldOutName }: ConceptNames): string[] {
  const phrases = [name, ...(heldOutName === undefined ? [] : [heldOutName])].flatMap((said) =>
    hashOrder(HELD_OUT_TEMPLATES, (template) => template, `paraphrase/${id}/${said}`)
      .slice(0, PARAPHRASES_PER_NAME)
      .map((template) => fill(template, said)),
  );
  const bare = heldOutName === undefined ? [] : [heldOutName, withArticle(heldOutName)];
  return [...new Set([...bare, ...phrases].map(canonicalisePrompt))];
}

function keywordPhrases({ name }: ConceptNames, [first, second]: readonly string[]): string[] {
  if (first === undefined) return [];
  return [second === undefined ? `${name}, ${first}` : `${name}, ${first}, ${second}`];
}

function fill(template: string, name: string, style = ''): string {
  return template.replace('{a}', withArticle(name)).replace('{n}', name).replace('{s}', style);
}
