import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { loadPrompts } from '../../../gpu-backend/convert/quantise/load-prompts.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'galip-prompts-'));
  file = join(folder, 'prompts.txt');
});
afterEach(() => rmSync(folder, { recursive: true }));

it('reads one canonical prompt a line, without empty ones', async () => {
  writeFileSync(file, 'A  Red apple\r\n\n  \npizza\ncat');
  expect(await loadPrompts(file)).toEqual(['a red apple', 'pizza', 'cat']);
});

it('has prompts of its own', async () => {
  expect((await loadPrompts(undefined)).length).toBeGreaterThanOrEqual(3);
});

it.each([
  ['two prompts', 'cat\ndog', 'has 2 prompts; expected 3 to 256'],
  ['too many', 'cat\n'.repeat(257), 'has 257 prompts'],
  ['too much', 'cat\n'.repeat(400_000), 'has 1600000 bytes'],
])('refuses %s', async (_, text, reason) => {
  writeFileSync(file, text);
  await expect(loadPrompts(file)).rejects.toThrow(reason);
});

it('names a file that is not there', async () => {
  await expect(loadPrompts(join(folder, 'none'))).rejects.toThrow('ENOENT');
});
