import { isAbsolute, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { StartError } from './start-error.ts';

export const USAGE = `npm start -- [--port N] [--model DIR] [--data DIR]

  --port N     port of the edge on 127.0.0.1 (8787)
  --model DIR  model directory, as \`npm run convert\` writes it (gpu-backend/models/emoji-64)
  --data DIR   where pictures, keys and the database stay (.data)
  --help       this text`;

const DEFAULT_PORT = 8787;

export interface StartOptions {
  readonly port: number;
  /** Absolute. */
  readonly modelDir: string;
  /** Absolute. */
  readonly dataDir: string;
  readonly help: boolean;
}

/** Folders that relative paths start from: `root` for the defaults, `cwd` (the user's) for what was given. */
export interface BaseFolders {
  readonly root: string;
  readonly cwd: string;
}

/**
 * The command line of `npm start`.
 * @throws StartError naming the option, its value and what is allowed.
 */
export function parseOptions(argv: readonly string[], { root, cwd }: BaseFolders): StartOptions {
  const { port, model, data, help } = parse(argv);
  return {
    port: port === undefined ? DEFAULT_PORT : parsePort(port),
    modelDir: folder('--model', model, cwd) ?? resolve(root, 'gpu-backend/models/emoji-64'),
    dataDir: folder('--data', data, cwd) ?? resolve(root, '.data'),
    help: help ?? false,
  };
}

interface RawOptions {
  readonly port?: string;
  readonly model?: string;
  readonly data?: string;
  readonly help?: boolean;
}

function parse(argv: readonly string[]): RawOptions {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        port: { type: 'string' },
        model: { type: 'string' },
        data: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (cause) {
    throw new StartError(`${(cause as Error).message}\n\n${USAGE}`, { cause });
  }
}

function parsePort(text: string): number {
  const port = /^\d{1,5}$/u.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535) {
    throw new StartError(`--port is ${JSON.stringify(text)}: it must be a number from 1 to 65535.`);
  }
  return port;
}

function folder(option: string, path: string | undefined, cwd: string): string | undefined {
  if (path === undefined) return undefined;
  if (path === '') throw new StartError(`${option} is empty: it must name a folder.`);
  return isAbsolute(path) ? path : resolve(cwd, path);
}
