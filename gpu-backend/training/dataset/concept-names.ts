import type { EmojiEntry } from './emoji-names.ts';
import { hashOrder } from './hash-order.ts';
import { spokenName } from './noun-phrase.ts';

/** What one concept is called in captions, and what it is called in the evaluation alone. */
export interface ConceptNames {
  /** The usual name, in training and evaluation. */
  readonly name: string;
  /** Other names, in training. */
  readonly others: readonly string[];
  /** Keywords that fit this concept and few others, in training. */
  readonly ownTags: readonly string[];
  /** Keywords of any kind, in training; only beside the name. */
  readonly tags: readonly string[];
  /** A name that no training caption has; undefined where there are no second name. */
  readonly heldOutName: string | undefined;
}

/** A keyword may stand alone for at most as many concepts; beyond it says too little. */
const MAX_CONCEPTS_OF_OWN_TAG = 1;
/** A name is held out if so many sources know it: those of one chat program alone are jargon. */
const MIN_SOURCES_OF_HELD_OUT = 2;
const MAX_OTHER_NAMES = 4;
/** Keywords of such a name say what is not to be seen: "bicycles" for "no bicycles". */
const NEGATION = /^no |\bwithout\b/u;
/** Names of symbol fonts, "clock1", chat shorthand and oaths are no words for a caption. */
const UNUSUAL =
  /[^a-z0-9 '.-]|[a-z][0-9]|\b(?:ideograph|squared|negative|heavy|emoji|symbol for|typographical|shit|fml|smh|wtf|omg|lol|bro|hankey|fu)\b|^.{1,2}$|^.{41,}$/u;

/**
 * Shares out the names of all concepts. A name that two concepts have belongs to neither, unless it is one's usual name.
 * Where a concept has other names, one of them is held out.
 */
export function nameConcepts(entries: readonly EmojiEntry[]): Map<string, ConceptNames> {
  const usual = new Set(entries.map(({ label }) => spokenName(label)));
  const candidates = new Map(entries.map((entry) => [entry.id, otherNames(entry, usual)]));
  const nameCounts = count([...candidates.values()].flat());
  const tagCounts = count(entries.flatMap(({ tags }) => tags));
  const sources = count(
    entries.flatMap(({ unicodeName, shortNames }) => [unicodeName, ...shortNames].map(spokenName)),
  );

  return new Map(
    entries.map(({ id, label, tags }) => {
      const name = spokenName(label);
      const names = (candidates.get(id) ?? []).filter((other) => nameCounts.get(other) === 1);
      const fit = names.filter((other) => isFitToHoldOut(other, sources, tagCounts));
      const [heldOutName] = hashOrder(fit, (other) => other, `held-out name/${id}`);
      const others = names.filter((other) => other !== heldOutName);
      const fitting = tags.filter((tag) => !UNUSUAL.test(tag) && !usual.has(tag) && tag !== heldOutName);
      const ownTags = (NEGATION.test(name) ? [] : fitting).filter(
        (tag) => (tagCounts.get(tag) ?? 0) <= MAX_CONCEPTS_OF_OWN_TAG && !nameCounts.has(tag),
      );
      return [id, { name, others: others.slice(0, MAX_OTHER_NAMES), ownTags, tags: fitting, heldOutName }];
    }),
  );
}

function isFitToHoldOut(
  name: string,
  sources: ReadonlyMap<string, number>,
  tagCounts: ReadonlyMap<string, number>,
): boolean {
  const isOthersKeyword = (tagCounts.get(name) ?? 0) > 1;
  return (sources.get(name) ?? 0) >= MIN_SOURCES_OF_HELD_OUT && !isOthersKeyword;
}

/** What an emoji is called besides its usual name; no name twice, not even with other punctuation. */
function otherNames({ label, unicodeName, shortNames }: EmojiEntry, usual: ReadonlySet<string>): string[] {
  const bare = (name: string): string => name.replaceAll(/[^a-z0-9]/gu, '');
  const seen = new Set([bare(spokenName(label)), bare(label.toLowerCase())]);
  const names: string[] = [];
  for (const other of [unicodeName, ...shortNames].map(spokenName)) {
    if (UNUSUAL.test(other) || usual.has(other) || seen.has(bare(other))) continue;
    seen.add(bare(other));
    names.push(other);
  }
  return names;
}

function count(words: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}
