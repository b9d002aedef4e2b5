import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const dimensions = {
  left: z.number().optional(),
  top: z.number().optional(),
  width: z.number().positive().optional(),
  height: z.number().positive().optional(),
  rotate: z.int().optional(),
  hFlip: z.boolean().optional(),
  vFlip: z.boolean().optional(),
};

const iconsSchema = z.looseObject({
  prefix: z.string(),
  icons: z.record(z.string(), z.object({ body: z.string(), ...dimensions })),
  aliases: z.record(z.string(), z.object({ parent: z.string(), ...dimensions })).default({}),
  ...dimensions,
});

const infoSchema = z.looseObject({
  name: z.string(),
  author: z.looseObject({ name: z.string(), url: z.string() }),
  license: z.looseObject({ title: z.string(), spdx: z.string(), url: z.string() }),
});

const packageSchema = z.looseObject({ name: z.string(), version: z.string() });

export type IconSetInfo = z.infer<typeof infoSchema> & { readonly package: string; readonly version: string };

/** A set of drawings. */
export interface IconSet {
  readonly info: IconSetInfo;
  /** Names of drawings and of aliases. */
  readonly names: readonly string[];
  /** An alias of the very same drawing → the drawing's name. Mirrored and turned aliases are drawings of their own. */
  readonly sameAs: ReadonlyMap<string, string>;
  /** Code points ("1f98a") → name; empty where the package does not say. */
  readonly byCodePoints: ReadonlyMap<string, string>;
  /** The drawing as SVG document with the largest side `sizePixels` long. */
  svg(name: string, sizePixels: number): string;
}

/** Iconify's default of width and height. */
const DEFAULT_SIZE = 16;

/**
 * Reads an icon package in Iconify's format.
 * @param codePointsOf the package that says the code points, of drawings with the same names.
 * @throws Error naming the file when it is missing or not in that format.
 * @see https://iconify.design/docs/types/iconify-json.html
 */
export async function readIconSet(
  packages: string,
  packageName: string,
  codePointsOf: string = packageName,
): Promise<IconSet> {
  const directory = join(packages, packageName);
  const set = await readJson(join(directory, 'icons.json'), iconsSchema);
  const info = await readJson(join(directory, 'info.json'), infoSchema);
  const { version } = await readJson(join(directory, 'package.json'), packageSchema);
  const chars = await readJson(join(packages, codePointsOf, 'chars.json'), z.record(z.string(), z.string()));
  const sameAs = new Map(
    Object.entries(set.aliases)
      .filter(([, alias]) => Object.keys(alias).length === 1)
      .map(([name, { parent }]) => [name, parent]),
  );

  const find = (name: string, depth = 0): z.infer<typeof iconsSchema>['icons'][string] => {
    const icon = Object.hasOwn(set.icons, name) ? set.icons[name] : undefined;
    if (icon) return icon;
    const alias = Object.hasOwn(set.aliases, name) ? set.aliases[name] : undefined;
    if (!alias || depth > 5) throw new Error(`${packageName} has no drawing named "${name}"`);
    const { parent, ...changes } = alias;
    const base = find(parent, depth + 1);
    return {
      ...base,
      ...changes,
      rotate: ((base.rotate ?? 0) + (changes.rotate ?? 0)) % 4,
      hFlip: Boolean(base.hFlip) !== Boolean(changes.hFlip),
      vFlip: Boolean(base.vFlip) !== Boolean(changes.vFlip),
    };
  };

  const names = new Set([...Object.keys(set.icons), ...Object.keys(set.aliases)]);
  return {
    info: { ...info, package: packageName, version },
    names: [...names],
    sameAs,
    byCodePoints: new Map(Object.entries(chars).filter(([, name]) => names.has(name))),
    svg(name, sizePixels) {
      const icon = find(name);
      const box = {
        left: icon.left ?? set.left ?? 0,
        top: icon.top ?? set.top ?? 0,
        width: icon.width ?? set.width ?? DEFAULT_SIZE,
        height: icon.height ?? set.height ?? DEFAULT_SIZE,
      };
      return svgDocument(icon.body, box, orientation(icon, box), sizePixels);
    },
  };
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Mirrors first, then turns by quarters, both about the middle of the box. */
function orientation(
  icon: { rotate?: number | undefined; hFlip?: boolean | undefined; vFlip?: boolean | undefined },
  box: Box,
): string {
  const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
  const quarters = icon.rotate ?? 0;
  const scale = `scale(${icon.hFlip ? -1 : 1} ${icon.vFlip ? -1 : 1})`;
  return `translate(${x} ${y}) rotate(${quarters * 90}) ${scale} translate(${-x} ${-y})`;
}

function svgDocument(body: string, box: Box, transform: string, sizePixels: number): string {
  const scale = sizePixels / Math.max(box.width, box.height);
  const [width, height] = [Math.round(box.width * scale), Math.round(box.height * scale)];
  const head = `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="${width}" height="${height}"`;
  const viewBox = `viewBox="${box.left} ${box.top} ${box.width} ${box.height}"`;
  return `${head} ${viewBox}><g transform="${transform}">${body}</g></svg>`;
}

async function readJson<T>(file: string, schema: z.ZodType<T>): Promise<T> {
  const parsed = schema.safeParse(JSON.parse(await readFile(file, 'utf8')));
  if (!parsed.success) throw new Error(`${file}: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}
