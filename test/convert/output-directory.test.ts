import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createOutputDirectory, OutputExistsError } from '../../gpu-backend/convert/output-directory.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'galip-output-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function write(place: string, content: string, replaceable: readonly string[] = []): Promise<void> {
  const output = await createOutputDirectory(place, replaceable);
  writeFileSync(join(output.path, 'file'), content);
  await output.commit();
  await output.discard();
}

describe('createOutputDirectory', () => {
  it('makes the directory, and its parents, all at once', async () => {
    const place = join(folder, 'a', 'b', 'model');
    const output = await createOutputDirectory(place, []);
    writeFileSync(join(output.path, 'file'), 'x');
    expect(existsSync(place)).toBe(false);
    await output.commit();
    await output.discard();
    expect(readdirSync(place)).toEqual(['file']);
    expect(readdirSync(join(folder, 'a', 'b'))).toEqual(['model']);
  });

  it('leaves nothing behind when it is discarded, parents included', async () => {
    const output = await createOutputDirectory(join(folder, 'a', 'b', 'model'), []);
    writeFileSync(join(output.path, 'file'), 'x');
    await output.discard();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('keeps parents in which something else has come to lie', async () => {
    const output = await createOutputDirectory(join(folder, 'a', 'b', 'model'), []);
    writeFileSync(join(folder, 'a', 'other'), 'x');
    await output.discard();
    expect(readdirSync(join(folder, 'a'))).toEqual(['other']);
  });

  it('takes the place of an empty directory', async () => {
    const place = join(folder, 'model');
    mkdirSync(place);
    await write(place, 'new');
    expect(readFileSync(join(place, 'file'), 'utf8')).toBe('new');
  });

  it('refuses a directory that is not empty, and touches nothing', async () => {
    const place = join(folder, 'model');
    await write(place, 'old');
    await expect(createOutputDirectory(place, [])).rejects.toThrow(OutputExistsError);
    await expect(createOutputDirectory(place, [])).rejects.toThrow('--force');
    expect(readdirSync(folder)).toEqual(['model']);
  });

  it('replaces one when it may, and keeps nothing of the old', async () => {
    const place = join(folder, 'model');
    await write(place, 'old');
    writeFileSync(join(place, 'more'), 'old');
    await write(place, 'new', ['file', 'more']);
    expect(readdirSync(place)).toEqual(['file']);
    expect(readFileSync(join(place, 'file'), 'utf8')).toBe('new');
    expect(readdirSync(folder)).toEqual(['model']);
  });

  it('never replaces what it does not know', async () => {
    const place = join(folder, 'model');
    await write(place, 'old');
    writeFileSync(join(place, 'thesis.tex'), 'years of work');
    await expect(createOutputDirectory(place, ['file'])).rejects.toThrow(
      /exists and holds thesis\.tex: --force replaces model directories alone/u,
    );
    expect(readdirSync(place).sort()).toEqual(['file', 'thesis.tex']);
  });

  it('keeps the old one when the new one is discarded', async () => {
    const place = join(folder, 'model');
    await write(place, 'old');
    const output = await createOutputDirectory(place, ['file']);
    await output.discard();
    expect(readFileSync(join(place, 'file'), 'utf8')).toBe('old');
    expect(readdirSync(folder)).toEqual(['model']);
  });
});
