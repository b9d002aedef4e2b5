#!/usr/bin/env node
import { readFile } from 'node:fs/promises';
import { createGalip } from '../create-galip.ts';
import { exitCodeOf, explain } from './exit-code.ts';
import { findConnection } from './find-connection.ts';
import { makePictures } from './make-pictures.ts';
import { parseCommand, USAGE } from './parse-command.ts';
import { createProgress } from './progress.ts';

// `npx galip "a red apple" -o apple.webp`

const INTERRUPTED = 130;

async function run(argv: readonly string[], signal: AbortSignal): Promise<string> {
  const command = parseCommand(argv);
  if (command === 'help') return USAGE;
  if (command === 'version') return version();
  const galip = createGalip(await findConnection(command.baseUrl, process.env, process.cwd()));
  const progress = createProgress(process.stderr);
  try {
    return await makePictures(command, { galip, progress, stdout: process.stdout, signal });
  } finally {
    progress.end();
  }
}

/** Of package.json, the nearest above this file: it lies elsewhere once it is built. */
async function version(): Promise<string> {
  for (let folder = new URL('..', import.meta.url); ; folder = new URL('..', folder)) {
    const text = await readFile(new URL('package.json', folder), 'utf8').catch(() => undefined);
    if (text !== undefined) return JSON.parse(text).version;
  }
}

const interruption = new AbortController();
process.once('SIGINT', () => interruption.abort());
try {
  const text = await run(process.argv.slice(2), interruption.signal);
  if (text !== '') console.log(text);
} catch (error) {
  if (interruption.signal.aborted) process.exitCode = INTERRUPTED;
  else {
    console.error(explain(error) ?? error);
    process.exitCode = exitCodeOf(error);
  }
}
