import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EmojiEntry, readEmojiNames } from '../../gpu-backend/training/dataset/emoji-names.ts';
import { type IconSet, readIconSet } from '../../gpu-backend/training/dataset/icon-set.ts';
import { matchDrawings } from '../../gpu-backend/training/dataset/match-drawings.ts';
import { writeIconPackages } from '../fixtures/icon-packages.ts';

let packages: string;
let entries: EmojiEntry[];
let noto: IconSet;

beforeAll(async () => {
  packages = await mkdtemp(join(tmpdir(), 'galip-match-test-'));
  await writeIconPackages(packages);
  entries = await readEmojiNames(packages);
  noto = await readIconSet(packages, '@iconify-json/noto');
});

afterAll(() => rm(packages, { recursive: true, force: true }));

describe('matchDrawings', () => {
  it("takes the drawing that a style names itself before one that the set's code points name", () => {
    const matches = matchDrawings(entries, noto, new Map(), { drawingOf: { '1f347': 'rocket' } });
    expect(matches.get('1f347')).toBe('rocket');
    expect(matches.get('1f98a')).toBe('fox');
  });

  it('uses no drawing that is left out', () => {
    const matches = matchDrawings(entries, noto, new Map(), { leftOut: ['fox'] });
    expect(matches.has('1f98a')).toBe(false);
    expect(matches.get('1f347')).toBe('grapes');
  });
});

describe('readIconSet', () => {
  it("takes another package's code points for drawings that it has itself", async () => {
    const flat = await readIconSet(packages, '@iconify-json/fluent-emoji-flat', '@iconify-json/noto');
    expect(noto.byCodePoints.get('2708-fe0f')).toBe('airplane');
    expect(flat.byCodePoints.get('1f98a')).toBe('fox');
    expect(flat.byCodePoints.has('2708-fe0f')).toBe(false);
  });
});
