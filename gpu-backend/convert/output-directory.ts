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

/** As many of the entries in the way are named. */
const SHOWN_ENTRIES = 3;

/** The place is taken by something that may not be replaced. */
export class OutputExistsError extends Error {
  constructor(path: string, entries: readonly string[], advice: string) {
    const shown = entries.slice(0, SHOWN_ENTRIES).join(', ');
    super(`--out ${path} exists and holds ${shown}${entries.length > SHOWN_ENTRIES ? ', …' : ''}: ${advice}`);
    this.name = 'OutputExistsError';
  }
}

/**
 * @param replaceable names that an old directory may hold to be replaced: none, and only an empty one is; nothing else
 * that may lie there is ever removed.
 * @throws OutputExistsError
 */
export async function createOutputDirectory(
  out: string,
  replaceable: readonly string[],
): Promise<OutputDirectory> {
  const place = resolve(out);
  const others = (await entriesOf(place)).filter((name) => !replaceable.includes(name));
  if (others.length > 0) {
    const mayReplace = replaceable.length > 0;
    const advice = mayReplace
      ? '--force replaces model directories alone'
      : 'choose another place, or --force';
    throw new OutputExistsError(out, others, advice);
  }
  const path = join(dirname(place), `.${basename(place)}.${randomUUID()}`);
  const firstMade = (await mkdir(path, { recursive: true })) ?? path;
  return {
    path,
    async commit() {
      if (replaceable.length === 0) return rename(path, place);
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
