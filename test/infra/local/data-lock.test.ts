import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { lockDataFolder } from '../../../infra/local/data-lock.ts';
import { StartError } from '../../../infra/local/start-error.ts';

const MODULE = new URL('../../../infra/local/data-lock.ts', import.meta.url).href;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'galip-lock-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it('is held against another process, whose end by SIGKILL frees it', async () => {
  const script = `
    const { lockDataFolder } = await import('${MODULE}');
    lockDataFolder(${JSON.stringify(folder)});
    console.log('locked');
    setInterval(() => {}, 60_000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  await once(child.stdout, 'data');
  expect(() => lockDataFolder(folder)).toThrow(StartError);
  expect(() => lockDataFolder(folder)).toThrow(
    `--data is ${folder}: Another npm start (process ${child.pid}) uses that folder.`,
  );
  child.kill('SIGKILL');
  await ended;
  lockDataFolder(folder).release();
});

it('can be taken again once it is released', () => {
  for (let time = 0; time < 2; time++) lockDataFolder(folder).release();
});

it('names a lock file that is none', () => {
  writeFileSync(join(folder, 'lock'), 'something else entirely, longer than a header '.repeat(4));
  expect(() => lockDataFolder(folder)).toThrow(
    new RegExp(`^--data is ${folder}: its file "lock" cannot be used \\(file is not a database\\)\\.$`, 'u'),
  );
});
