import { type ParseArgsConfig, parseArgs } from 'node:util';
import { CommandError } from './command-error.ts';

/** A command line as `parseArgs` reads it. @throws CommandError naming the option that is wrong. */
export function readOptions<T extends ParseArgsConfig>(config: T): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config);
  } catch (cause) {
    throw new CommandError((cause as Error).message, { cause });
  }
}
