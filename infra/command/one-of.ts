import { CommandError } from './command-error.ts';

/** The value of an option that allows a few words. @throws CommandError naming the option, the value and what is allowed. */
export function oneOf<T extends string>(option: string, value: string | undefined, allowed: readonly T[]): T {
  const found = allowed.find((name) => name === value);
  if (found !== undefined) return found;
  const given = value === undefined ? 'missing' : JSON.stringify(value);
  throw new CommandError(`${option} is ${given}: it must be one of ${allowed.join(', ')}.`);
}
