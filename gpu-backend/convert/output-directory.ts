import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';

/** A directory that comes into being whole or not at all. */
export interface OutputDirectory {
  /** Where to write meanwhile: beside the place that it will have, so that moving it is a rename. */
  readonly path: string;
  /** Puts it in its place. */
  commit(): Promise<void>;
  /** Removes what was written. */
  discard(): Promise<void>;
}

/** The place is taken, and nobody allowed to replace what is there. */
export class OutputExistsError extends Error {
  constructor(path: string) {
    super(`--out ${path} exists and is not empty: choose another place, or replace it with --force`);
    this.name = 'OutputExistsError';
  }
}

/**
 * @param replace whether a directory that is not empty may be replaced.
 * @throws OutputExistsError
 */
export async function createOutputDirectory(out: string, replace: boolean): Promise<OutputDirectory> {
  const place = resolve(out);
  if (!replace && (await entriesOf(place)).length > 0) throw new OutputExistsError(out);
  const path = join(dirname(place), `.${basename(place)}.${randomUUID()}`);
  const firstMade = (await mkdir(path, { recursive: true })) ?? path;
  return {
    path,
    async commit() {
      if (!replace) return rename(path, place);
      // A directory that is not empty can't be renamed over: it steps aside first, and goes once the new one stands.
      const old = `${path}.old`;
      const hadOld = await renameIfThere(place, old);
      try {
        await rename(path, place);
      } catch (error) {
        if (hadOld) await rename(old, place);
        throw error;
      }
      await rm(old, { recursive: true, force: true });
    },
    async discard() {
      await rm(path, { recursive: true, force: true });
      // Parents that were made for it go too, unless something has come to lie in them.
      for (let made = path; made !== firstMade; made = dirname(made)) {
        if (!(await removeIfEmpty(dirname(made)))) return;
      }
    },
  };
}

async function removeIfEmpty(directory: string): Promise<boolean> {
  if ((await readdir(directory)).length > 0) return false;
  await rmdir(directory);
  return true;
}

async function entriesOf(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

async function renameIfThere(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
