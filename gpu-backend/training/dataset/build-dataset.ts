import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { attribution } from './attribution.ts';
import type { DatasetIndex, SkippedDrawing } from './dataset-index.ts';
import { DRAWING_STYLES } from './drawing-styles.ts';
import { readEmojiNames } from './emoji-names.ts';
import { readIconSet } from './icon-set.ts';
import { type DatasetPlan, type PlannedSample, planDataset, type Split } from './plan-dataset.ts';
import { paint, type Raster, rasterise } from './render-drawing.ts';
import { createShardWriter, type ShardWriter } from './shard-writer.ts';

export interface BuildOptions {
  /** Directory that holds the icon packages and `emojibase-data`. */
  readonly packages: string;
  readonly out: string;
  /** Sides of the pictures in pixels. */
  readonly sizes: readonly number[];
  /** At most so many concepts. */
  readonly limit?: number;
}

export interface BuildProgress {
  start(samples: number): void;
  advance(): void;
}

/**
 * Renders the data set to tar shards, one folder a size, with `index.json` (what there is, and its digests),
 * `concepts.jsonl` (names, styles, paraphrases for evaluation) and `LICENCES.md`. Equal packages give equal bytes.
 *
 * A drawing that can't be rendered is left out and listed in the index, as is one that looks exactly like another
 * concept's in the same style: two names for one picture can't be told apart.
 */
export async function buildDataset(
  { packages, out, sizes, limit }: BuildOptions,
  progress: BuildProgress,
  signal: AbortSignal,
): Promise<DatasetIndex> {
  const sets = await Promise.all(
    DRAWING_STYLES.map(
      async (style) => [style, await readIconSet(packages, style.package, style.codePointsOf)] as const,
    ),
  );
  const plan = planDataset(await readEmojiNames(packages), sets, limit);
  const writers = new Map<string, ShardWriter>();
  const writerOf = (size: number, split: Split): ShardWriter => {
    const prefix = `${size}/${split}`;
    const writer = writers.get(prefix) ?? createShardWriter(out, prefix);
    writers.set(prefix, writer);
    return writer;
  };

  await mkdir(out, { recursive: true });
  const skipped: SkippedDrawing[] = [];
  const seen = new Map<string, string>();
  const written: PlannedSample[] = [];
  progress.start(plan.samples.length);
  for (const sample of plan.samples) {
    signal.throwIfAborted();
    progress.advance();
    const raster = await tryRasterise(sample, skipped);
    if (!raster) continue;
    const look = `${sample.style.id}/${createHash('sha256').update(raster.pixels).digest('hex')}`;
    const twin = seen.get(look);
    if (twin !== undefined) {
      skipped.push({ ...nameOf(sample), reason: `looks exactly like ${twin}` });
      continue;
    }
    seen.set(look, sample.key);
    const description = new TextEncoder().encode(JSON.stringify(describe(sample)));
    for (const size of sizes) {
      await writerOf(size, sample.split).add(sample.key, {
        png: await paint(raster, size),
        json: description,
      });
    }
    written.push(sample);
  }

  const shards = (await Promise.all([...writers.values()].map((writer) => writer.finish()))).flat();
  const index = indexOf(plan, written, sizes, shards, skipped, sets);
  await writeFile(join(out, 'concepts.jsonl'), conceptLines(plan, written));
  await writeFile(join(out, 'LICENCES.md'), attribution(sets.map(([, set]) => set.info)));
  await writeFile(join(out, 'index.json'), `${JSON.stringify(index, null, 2)}\n`);
  return index;
}

async function tryRasterise(sample: PlannedSample, skipped: SkippedDrawing[]): Promise<Raster | undefined> {
  try {
    return await rasterise((sizePixels) => sample.set.svg(sample.drawing, sizePixels));
  } catch (error) {
    skipped.push({ ...nameOf(sample), reason: (error as Error).message.trim().slice(0, 200) });
    return undefined;
  }
}

function nameOf({ key, style, drawing }: PlannedSample): Omit<SkippedDrawing, 'reason'> {
  return { key, package: style.package, drawing };
}

/** The JSON beside each picture. */
function describe({ key, name, style, set, drawing, captions }: PlannedSample): object {
  return {
    key,
    concept: name,
    style: style.id,
    styleWords: style.words,
    captions,
    package: set.info.package,
    drawing,
    licence: set.info.license.spdx,
  };
}

function conceptLines({ concepts }: DatasetPlan, written: readonly PlannedSample[]): string {
  const keys = new Set(written.map(({ key }) => key));
  const lines = concepts.map(({ styles, heldOutStyle, ...concept }) => {
    const drawn = styles.filter((style) => keys.has(`${concept.id}_${style}`));
    return JSON.stringify({
      ...concept,
      styles: drawn,
      heldOutStyle: drawn.find((style) => style === heldOutStyle) ?? null,
    });
  });
  return `${lines.join('\n')}\n`;
}

function indexOf(
  plan: DatasetPlan,
  written: readonly PlannedSample[],
  sizes: readonly number[],
  shards: DatasetIndex['shards'],
  skipped: readonly SkippedDrawing[],
  sets: readonly (readonly [
    { readonly id: string; readonly words: readonly string[] },
    Awaited<ReturnType<typeof readIconSet>>,
  ])[],
): DatasetIndex {
  const perConcept = new Map<string, number>();
  for (const { concept } of written) perConcept.set(concept, (perConcept.get(concept) ?? 0) + 1);
  return {
    schema: 'galip-edge/emoji-dataset/1',
    sizes,
    concepts: perConcept.size,
    conceptsInFourStyles: [...perConcept.values()].filter((styles) => styles >= 4).length,
    pictures: written.length,
    heldOutPictures: written.filter(({ split }) => split === 'held-out').length,
    captions: written.reduce((sum, { captions }) => sum + captions.length, 0),
    differentCaptions: new Set(written.flatMap(({ captions }) => captions)).size,
    paraphrases: plan.concepts.reduce((sum, { paraphrases }) => sum + paraphrases.length, 0),
    styles: sets.map(([{ id, words }, { info }]) => ({
      id,
      words,
      package: info.package,
      version: info.version,
      licence: info.license.spdx,
      pictures: written.filter(({ style }) => style.id === id).length,
    })),
    shards,
    skipped,
  };
}
