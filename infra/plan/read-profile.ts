import { readFile } from 'node:fs/promises';
import { CommandError } from '../command/command-error.ts';
import { type Profile, profileSchema } from './profile.ts';

/** The profiles that are kept here, by name. */
export function profilePath(name: string): URL {
  return new URL(`profiles/${name}.json`, import.meta.url);
}

/** @throws CommandError naming the option, the file, and its field that is wrong. */
export async function readProfile(option: string, path: string | URL): Promise<Profile> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw new CommandError(`${option} is ${path}: ${(cause as Error).message}`, { cause });
  }
  const { data, error } = profileSchema.safeParse(value);
  if (data) return data;
  const problems = error.issues.map(({ path: field, message }) => `${field.join('.')}: ${message}`);
  throw new CommandError(`${option} is ${path}: no profile. ${problems.join('; ')}`);
}
