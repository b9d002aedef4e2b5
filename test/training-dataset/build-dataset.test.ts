import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildDataset } from '../../gpu-backend/training/dataset/build-dataset.ts';
import type { DatasetIndex } from '../../gpu-backend/training/dataset/dataset-index.ts';
import { BROKEN_DRAWING, EMPTY_DRAWING, TWINS, writeIconPackages } from '../fixtures/icon-packages.ts';

const run = promisify(execFile);
const silent = { start: (): void => {}, advance: (): void => {} };
const never = new AbortController().signal;

interface Sample {
  readonly key: string;
  readonly concept: string;
  readonly style: string;
  readonly styleWords: string[];
  readonly licence: string;
  readonly captions: string[];
}
interface Concept {
  readonly id: string;
  readonly name: string;
  readonly styles: string[];
  readonly heldOutStyle: string | null;
  readonly paraphrases: string[];
}

let directory: string;
let index: DatasetIndex;
const at = (...path: string[]): string => join(directory, ...path);

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'galip-dataset-test-'));
  await writeIconPackages(at('packages'));
  const build = (out: string) =>
    buildDataset({ packages: at('packages'), out: at(out), sizes: [64, 32] }, silent, never);
  index = await build('first');
  await build('second');
  // The machine's own tar unpacks the shards, so that their format is judged by someone else.
  for (const { path } of index.shards)
    await run('tar', ['-xf', at('first', path), '-C', at('first', path, '..')]);
});

afterAll(() => rm(directory, { recursive: true, force: true }));

async function samples(): Promise<Sample[]> {
  const files = (await readdir(at('first/64'))).filter((name) => name.endsWith('.json'));
  return Promise.all(
    files.map(async (name) => JSON.parse(await readFile(at('first/64', name), 'utf8')) as Sample),
  );
}

async function concepts(): Promise<Concept[]> {
  const lines = (await readFile(at('first/concepts.jsonl'), 'utf8')).trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as Concept);
}

/** Where the drawing's dark dot lies. */
async function dotOf(key: string): Promise<string[]> {
  const data = await sharp(at('first/64', `${key}.png`))
    .greyscale()
    .raw()
    .toBuffer();
  const dark = [...data.keys()].filter((pixel) => (data[pixel] ?? 255) < 50);
  const mean = (place: (pixel: number) => number): number =>
    dark.reduce((sum, pixel) => sum + place(pixel), 0) / dark.length;
  return [
    mean((pixel) => pixel % 64) < 32 ? 'left' : 'right',
    mean((pixel) => Math.floor(pixel / 64)) < 32 ? 'up' : 'down',
  ];
}

describe('buildDataset', () => {
  it('gives the same bytes every time', async () => {
    for (const file of [
      'index.json',
      'concepts.jsonl',
      'LICENCES.md',
      ...index.shards.map(({ path }) => path),
    ]) {
      expect(await readFile(at('first', file)), file).toEqual(await readFile(at('second', file)));
    }
  });

  it('lists the SHA-256 and size of each shard', async () => {
    expect(index.shards.map(({ path }) => path).sort()).toEqual([
      '32/held-out-00000.tar',
      '32/train-00000.tar',
      '64/held-out-00000.tar',
      '64/train-00000.tar',
    ]);
    for (const { path, sha256, sizeBytes } of index.shards) {
      const bytes = await readFile(at('first', path));
      expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256);
      expect(bytes.length).toBe(sizeBytes);
    }
  });

  it('leaves out keycaps and flags of countries', async () => {
    const ids = (await concepts()).map(({ id }) => id);
    expect(ids).toHaveLength(10);
    expect(ids).not.toContain('31-20e3');
    expect(ids).not.toContain('1f1eb-1f1f7');
    expect(index.concepts).toBe(10);
  });

  it("finds drawings by code points (its own or a like set's), label, Unicode name and former name", async () => {
    const all = await concepts();
    const stylesOf = (id: string): string[] | undefined => all.find((concept) => concept.id === id)?.styles;
    const every = ['noto', 'fluent', 'fluent-flat', 'twemoji', 'emojione', 'fxemoji', 'noto-v1'];
    expect(stylesOf('1f697')).toEqual(every);
    expect(stylesOf('1f600')).toEqual(every);
    expect(stylesOf('2708')).toEqual(['noto', 'fluent']);
  });

  it('skips damaged and empty drawings and twins, and names them', () => {
    const named = (key: string) => index.skipped.find((skipped) => skipped.key === key);
    expect(named(BROKEN_DRAWING.key)).toMatchObject({ package: BROKEN_DRAWING.package, drawing: 'rocket' });
    expect(named(BROKEN_DRAWING.key)?.reason).toMatch(/XML|SVG/iu);
    expect(named(EMPTY_DRAWING.key)?.reason).toBe('draws nothing');
    const twins = TWINS.keys.map(named).filter((twin) => twin !== undefined);
    expect(twins).toHaveLength(1);
    expect(twins[0]?.reason).toMatch(/looks exactly like/u);
    expect(index.skipped).toHaveLength(3);
  });

  it('tells of each sample what it shows and by which words captions name its style', async () => {
    const names = new Map((await concepts()).map(({ id, name }) => [id, name]));
    for (const { key, concept, style, styleWords, captions } of await samples()) {
      expect(key).toBe(`${[...names].find(([, name]) => name === concept)?.[0]}_${style}`);
      const naming = captions.filter((caption) =>
        caption.split(/[\s,]+/u).some((word) => styleWords.includes(word)),
      );
      expect(naming.length, key).toBeGreaterThanOrEqual(2);
      expect(captions.length, key).toBeGreaterThan(naming.length);
    }
  });

  it('draws in the middle of a white square', async () => {
    for (const { key } of await samples()) {
      const { data, info } = await sharp(at('first/64', `${key}.png`))
        .raw()
        .toBuffer({ resolveWithObject: true });
      expect([info.width, info.height, info.channels]).toEqual([64, 64, 3]);
      const rows: number[] = [];
      const columns: number[] = [];
      for (let pixel = 0; pixel < 64 * 64; pixel++) {
        if (Math.min(data[pixel * 3] ?? 0, data[pixel * 3 + 1] ?? 0, data[pixel * 3 + 2] ?? 0) > 250)
          continue;
        rows.push(Math.floor(pixel / 64));
        columns.push(pixel % 64);
      }
      for (const places of [rows, columns]) {
        const [first, last] = [Math.min(...places), Math.max(...places)];
        expect(Math.abs(first - (63 - last)), key).toBeLessThanOrEqual(1);
        expect(first, key).toBeGreaterThan(0);
      }
      expect(
        Math.max(Math.max(...rows) - Math.min(...rows), Math.max(...columns) - Math.min(...columns)),
      ).toBeGreaterThan(45);
    }
  });

  it('mirrors an alias, then turns it', async () => {
    // The dot is up left in the drawing; mirrored it is up right, turned by a quarter from there down right.
    expect(await dotOf('1f347_noto')).toEqual(['left', 'up']);
    expect(await dotOf('1f40d_noto')).toEqual(['right', 'down']);
  });

  it('keeps one style of a tenth of the concepts from training', async () => {
    const train = (await run('tar', ['-tf', at('first/64/train-00000.tar')])).stdout;
    const heldOut = (await run('tar', ['-tf', at('first/64/held-out-00000.tar')])).stdout
      .trimEnd()
      .split('\n');
    const chosen = (await concepts()).filter(({ heldOutStyle }) => heldOutStyle !== null);
    expect(chosen).toHaveLength(1);
    const key = `${chosen[0]?.id}_${chosen[0]?.heldOutStyle}`;
    expect(heldOut).toEqual([`${key}.png`, `${key}.json`]);
    expect(train).not.toContain(key);
    expect(train).toContain(`${chosen[0]?.id}_`);
  });

  it('has captions, in training, that say name and style; none is a paraphrase of the evaluation', async () => {
    const all = await samples();
    const trained = new Set(all.flatMap(({ captions }) => captions));
    for (const { paraphrases } of await concepts()) {
      expect(paraphrases.length).toBeGreaterThan(1);
      for (const paraphrase of paraphrases) expect(trained).not.toContain(paraphrase);
    }
    const apple = all.find(({ key }) => key === '1f34f_fluent-flat');
    expect(apple?.captions).toEqual(expect.arrayContaining(['green apple', 'a green apple']));
    expect(apple?.captions.some((caption) => /\b(?:flat|minimal)\b/u.test(caption))).toBe(true);
    for (const { captions } of all) expect(new Set(captions).size).toBe(captions.length);
    expect(Math.min(...all.map(({ captions }) => captions.length))).toBeGreaterThanOrEqual(6);
  });

  it('writes licence and author of every set', async () => {
    const text = await readFile(at('first/LICENCES.md'), 'utf8');
    for (const { package: name, version } of index.styles) expect(text).toContain(`${name} ${version}`);
    expect(text).toContain('Author of fxemoji');
    expect((await samples()).every(({ licence }) => licence === 'MIT')).toBe(true);
  });

  it('stops when it is told to', async () => {
    const build = buildDataset(
      { packages: at('packages'), out: at('stopped'), sizes: [32] },
      silent,
      AbortSignal.abort(),
    );
    await expect(build).rejects.toThrow(/abort/iu);
  });

  it('names the file that is not what it should be', async () => {
    const build = buildDataset({ packages: at('nowhere'), out: at('none'), sizes: [32] }, silent, never);
    await expect(build).rejects.toThrow(/nowhere.*icons\.json/u);
  });
});
