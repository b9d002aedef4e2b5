import type { Shard } from './shard-writer.ts';

export interface SkippedDrawing {
  readonly key: string;
  readonly package: string;
  readonly drawing: string;
  readonly reason: string;
}

/** `index.json` of a data set. Counts of pictures are those of one size. */
export interface DatasetIndex {
  readonly schema: 'galip-edge/emoji-dataset/1';
  readonly sizes: readonly number[];
  readonly concepts: number;
  readonly conceptsInFourStyles: number;
  readonly pictures: number;
  readonly heldOutPictures: number;
  readonly captions: number;
  readonly differentCaptions: number;
  readonly paraphrases: number;
  readonly styles: readonly {
    readonly id: string;
    readonly words: readonly string[];
    readonly package: string;
    readonly version: string;
    readonly licence: string;
    readonly pictures: number;
  }[];
  readonly shards: readonly Shard[];
  readonly skipped: readonly SkippedDrawing[];
}
