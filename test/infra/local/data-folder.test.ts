import { mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { prepareDataFolder } from '../../../infra/local/data-folder.ts';
import { StartError } from '../../../infra/local/start-error.ts';

let parent: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'galip-data-'));
});
afterEach(() => rmSync(parent, { recursive: true }));

it('makes the folder with its parents for the user alone, and leaves nothing in it', async () => {
  const folder = join(parent, 'a/b/c');
  await prepareDataFolder(folder);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  expect(readdirSync(folder)).toEqual([]);
  // As it is from then on.
  await Promise.all([prepareDataFolder(folder), prepareDataFolder(join(folder, '..'))]);
});

it('is made once by two that start together', async () => {
  const folder = join(parent, 'd/e');
  await Promise.all([prepareDataFolder(folder), prepareDataFolder(folder)]);
  expect(readdirSync(folder)).toEqual([]);
});

it.each<[string, (parent: string) => string, RegExp]>([
  ['cannot be made', () => '/proc/galip/data', /ENOENT.*mkdir/u],
  ['takes no files', () => '/proc', /ENOENT.*open/u],
  ['is a file', (folder) => stored(join(folder, 'file')), /file is no folder/u],
  ['lies below a file', (folder) => join(stored(join(folder, 'file')), 'below'), /ENOTDIR/u],
  ['is a link to nothing', (folder) => link(join(folder, 'link')), /EEXIST/u],
])('refuses a folder that %s', async (_, make, reason) => {
  const folder = make(parent);
  const refused = prepareDataFolder(folder);
  await expect(refused).rejects.toBeInstanceOf(StartError);
  await expect(refused).rejects.toThrow(`--data is ${folder}: it must be a folder`);
  await expect(refused).rejects.toThrow(reason);
});

function stored(path: string): string {
  writeFileSync(path, '');
  return path;
}

function link(path: string): string {
  symlinkSync('/nowhere/at/all', path);
  return path;
}
