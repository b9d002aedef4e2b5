import { captionsOf, paraphrasesOf } from './captions.ts';
import { type ConceptNames, nameConcepts } from './concept-names.ts';
import type { DrawingStyle } from './drawing-styles.ts';
import type { EmojiEntry } from './emoji-names.ts';
import { hashNumber, hashOrder } from './hash-order.ts';
import type { IconSet } from './icon-set.ts';
import { matchDrawings } from './match-drawings.ts';
import { isConcept } from './select-concepts.ts';

export type Split = 'train' | 'held-out';

/** One drawing to render. */
export interface PlannedSample {
  /** Name in the shards: "1f98a_noto". */
  readonly key: string;
  /** Code points of its concept. */
  readonly concept: string;
  /** Spoken name of its concept. */
  readonly name: string;
  readonly split: Split;
  readonly style: DrawingStyle;
  readonly set: IconSet;
  readonly drawing: string;
  readonly captions: readonly string[];
}

interface PlannedConcept {
  /** Code points, "1f98a". */
  readonly id: string;
  /** Spoken name, "fox". */
  readonly name: string;
  readonly subgroup: string;
  readonly styles: readonly string[];
  /** The style of which training sees no drawing of this concept. */
  readonly heldOutStyle: string | undefined;
  readonly paraphrases: readonly string[];
}

export interface DatasetPlan {
  readonly concepts: readonly PlannedConcept[];
  /** In the order of the shards: mixed. */
  readonly samples: readonly PlannedSample[];
}

/** A concept in fewer styles teaches the style more than the thing. */
const MIN_STYLES = 2;
const HELD_OUT_SHARE = 0.1;
/** A concept that loses a style keeps at least three. */
const MIN_STYLES_OF_HELD_OUT = 4;

/**
 * What the data set will hold; a pure function of what the packages hold.
 * @param limit at most so many concepts, for tests.
 */
export function planDataset(
  entries: readonly EmojiEntry[],
  sets: readonly (readonly [DrawingStyle, IconSet])[],
  limit: number = Number.POSITIVE_INFINITY,
): DatasetPlan {
  const shown = entries.filter(isConcept);
  const names = nameConcepts(shown);
  const renamings = new Map(sets.flatMap(([, set]) => [...set.sameAs]));
  const drawings = sets.map(
    ([style, set]) => [style, set, matchDrawings(shown, set, renamings, style)] as const,
  );
  const stylesOf = (id: string): string[] =>
    drawings.filter(([, , byConcept]) => byConcept.has(id)).map(([style]) => style.id);
  const kept = hashOrder(shown, ({ id }) => id, 'concept')
    .filter(({ id }) => stylesOf(id).length >= MIN_STYLES)
    .slice(0, limit);
  const heldOut = new Set(
    kept
      .filter(({ id }) => stylesOf(id).length >= MIN_STYLES_OF_HELD_OUT)
      .slice(0, Math.round(kept.length * HELD_OUT_SHARE))
      .map(({ id }) => id),
  );

  const concepts = kept.map(({ id, subgroup }): PlannedConcept => {
    const styles = stylesOf(id);
    const conceptNames = names.get(id) as ConceptNames;
    const heldOutStyle = heldOut.has(id)
      ? styles[hashNumber(`held-out style/${id}`) % styles.length]
      : undefined;
    return {
      id,
      name: conceptNames.name,
      subgroup,
      styles,
      heldOutStyle,
      paraphrases: paraphrasesOf(id, conceptNames),
    };
  });
  const samples = drawings.flatMap(([style, set, byConcept]) =>
    concepts.flatMap(({ id, heldOutStyle }): PlannedSample[] => {
      const drawing = byConcept.get(id);
      if (drawing === undefined) return [];
      const conceptNames = names.get(id) as ConceptNames;
      const captions = captionsOf(id, conceptNames, style);
      const split = heldOutStyle === style.id ? 'held-out' : 'train';
      return [
        {
          key: `${id}_${style.id}`,
          concept: id,
          name: conceptNames.name,
          split,
          style,
          set,
          drawing,
          captions,
        },
      ];
    }),
  );
  return { concepts, samples: hashOrder(samples, ({ key }) => key, 'sample') };
}
