import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/** One emoji of Unicode's list with everything that it is called. */
export interface EmojiEntry {
  /** Code points without the emoji presentation selector: "1f98a", "1f468-200d-1f3a8". */
  readonly id: string;
  /** CLDR's short name: "fox", "man: red hair". */
  readonly label: string;
  /** Unicode's own name, lower case: "fox face". */
  readonly unicodeName: string;
  /** CLDR's keywords. */
  readonly tags: readonly string[];
  /** Names from chat programs' short codes, as words: "fox face". */
  readonly shortNames: readonly string[];
  readonly subgroup: string;
}

const entrySchema = z.looseObject({
  hexcode: z.string(),
  label: z.string(),
  tags: z.array(z.string()).default([]),
  subgroup: z.int().optional(),
  order: z.int().optional(),
});
const shortcodesSchema = z.record(z.string(), z.union([z.string(), z.array(z.string())]));
const groupsSchema = z.looseObject({ subgroups: z.record(z.string(), z.string()) });

const SHORTCODES = ['cldr', 'emojibase', 'github', 'iamcal', 'joypixels'];

/**
 * Names of all emoji that belong to a subgroup, in Unicode's order.
 * @param packages directory that holds the package `emojibase-data`.
 */
export async function readEmojiNames(packages: string): Promise<EmojiEntry[]> {
  const directory = join(packages, 'emojibase-data');
  const read = async <T>(file: string, schema: z.ZodType<T>): Promise<T> =>
    schema.parse(JSON.parse(await readFile(join(directory, file), 'utf8')));
  const entries = await read('en/data.json', z.array(entrySchema));
  const { subgroups } = await read('meta/groups.json', groupsSchema);
  const unicodeNames = await read('meta/unicode-names.json', z.record(z.string(), z.string()));
  const shortcodes = await Promise.all(
    SHORTCODES.map((name) => read(`en/shortcodes/${name}.json`, shortcodesSchema)),
  );
  return entries
    .filter(({ subgroup }) => subgroup !== undefined)
    .sort((a, b) => (a.order ?? 0) - (b.order ?? 0))
    .map(({ hexcode, label, tags, subgroup }) => ({
      id: bareCodePoints(hexcode),
      label: label.replaceAll('’', "'"),
      unicodeName: (unicodeNames[hexcode] ?? '').toLowerCase(),
      tags: tags.map((tag) => tag.toLowerCase()),
      shortNames: shortcodes.flatMap((names) => [names[hexcode] ?? []].flat()).map(words),
      subgroup: subgroups[String(subgroup)] ?? '',
    }));
}

/** Lower-case code points without U+FE0F: the one form that all packages can be brought to. */
export function bareCodePoints(hexcode: string): string {
  return hexcode
    .toLowerCase()
    .split('-')
    .filter((point) => point !== 'fe0f')
    .join('-');
}

function words(shortcode: string): string {
  return shortcode.toLowerCase().replaceAll(/[_-]+/gu, ' ').trim();
}
