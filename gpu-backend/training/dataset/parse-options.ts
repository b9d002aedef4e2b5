import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

export const USAGE = `npm run dataset:emoji -- [options]

  --out DIR        where to; the project's .data/emoji if not given
  --size N,N       sides of the pictures in pixels, up to 224; 224,64 if not given
  --packages DIR   directory that holds the icon packages; the pinned ones are installed if not given
  --limit N        at most so many concepts
  --force          replace what --out holds
  --help           this text`;

/** A wrong option; the message names it. */
export class OptionError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'OptionError';
  }
}

export interface DatasetOptions {
  readonly out: string;
  readonly sizes: readonly number[];
  readonly packages: string | undefined;
  readonly limit: number | undefined;
  readonly force: boolean;
}

const DEFAULT_OUT = '.data/emoji';
const MIN_SIZE = 16;
const MAX_SIZE = 224;

/**
 * The command line's options; undefined when help is asked for.
 * @param userFolder where relative paths start: npm changes into the project's root.
 * @throws OptionError
 */
export function parseOptions(args: readonly string[], userFolder: string): DatasetOptions | undefined {
  const { out, size, packages, limit, force, help } = parse(args);
  if (help) return undefined;
  return {
    out: out === undefined ? DEFAULT_OUT : resolve(userFolder, out),
    sizes: size.split(',').map((side) => wholeNumber('size', side, MIN_SIZE, MAX_SIZE)),
    packages: packages === undefined ? undefined : resolve(userFolder, packages),
    limit: limit === undefined ? undefined : wholeNumber('limit', limit, 1, Number.MAX_SAFE_INTEGER),
    force,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        out: { type: 'string' },
        size: { type: 'string', default: '224,64' },
        packages: { type: 'string' },
        limit: { type: 'string' },
        force: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (cause) {
    throw new OptionError((cause as Error).message);
  }
}

function wholeNumber(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (/^\d+$/u.test(text.trim()) && value >= min && value <= max) return value;
  const allowed =
    max === Number.MAX_SAFE_INTEGER ? `whole numbers from ${min}` : `whole numbers from ${min} to ${max}`;
  throw new OptionError(`--${name} is "${text}"; allowed are ${allowed}`);
}
