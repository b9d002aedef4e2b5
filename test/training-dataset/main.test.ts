import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeIconPackages } from '../fixtures/icon-packages.ts';

const MAIN = fileURLToPath(new URL('../../gpu-backend/training/dataset/main.ts', import.meta.url));

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'galip-dataset-main-test-'));
  await writeIconPackages(join(directory, 'packages'));
});

afterAll(() => rm(directory, { recursive: true, force: true }));

async function dataset(args: readonly string[]): Promise<{ status: number | null; output: string }> {
  const child = spawn(process.execPath, [MAIN, '--packages', join(directory, 'packages'), ...args]);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk));
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { status, output };
}

describe('dataset:emoji', () => {
  it('builds, tells what it skipped, and does not overwrite unasked', async () => {
    const out = join(directory, 'emoji');
    const args = ['--out', out, '--size', '32', '--limit', '6'];
    const first = await dataset(args);
    expect(first.status, first.output).toBe(0);
    expect(first.output).toMatch(/emoji: 6 concepts .* \d+ pictures, \d+ captions, \d+ drawings skipped/u);
    expect((await readdir(out)).sort()).toEqual(['32', 'LICENCES.md', 'concepts.jsonl', 'index.json']);
    const index = await readFile(join(out, 'index.json'), 'utf8');

    const second = await dataset(args);
    expect(second.status).toBe(1);
    expect(second.output).toContain(`--out ${out} exists; replace it with --force`);

    const third = await dataset([...args, '--force']);
    expect(third.status, third.output).toBe(0);
    expect(await readFile(join(out, 'index.json'), 'utf8')).toBe(index);
    expect(await readdir(directory)).not.toContain('emoji.partial');
  });

  it('leaves nothing behind when it fails', async () => {
    const out = join(directory, 'failed');
    const { status, output } = await dataset(['--out', out, '--packages', join(directory, 'none')]);
    expect(status).toBe(1);
    expect(output).toMatch(/icons\.json/u);
    const left = (await readdir(directory)).filter((name) => name.startsWith('failed'));
    expect(left).toEqual([]);
  });

  it('explains a wrong option in one line', async () => {
    const { status, output } = await dataset(['--size', 'large']);
    expect(status).toBe(1);
    expect(output.trim()).toBe(
      '--size is "large"; allowed are whole numbers from 16 to 224 (--help lists the options)',
    );
  });
});
