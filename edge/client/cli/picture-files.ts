import { writeFile } from 'node:fs/promises';
import { CommandError } from './command-error.ts';

const STANDARD_OUTPUT = '-';
const LONGEST_NAME = 60;
const ENDINGS: Readonly<Record<string, string>> = { jpeg: 'jpg' };

export interface PictureFile {
  /** What the user calls it. */
  readonly name: string;
  readonly write: (bytes: Uint8Array) => Promise<void>;
}

export interface PictureFilesOptions {
  readonly output: string | undefined;
  readonly prompt: string;
  readonly format: string;
  readonly count: number;
  readonly stdout: { write(bytes: Uint8Array, done: (error?: Error | null) => void): unknown };
}

/** Where each of the pictures goes. @throws CommandError where they cannot go there. */
export function pictureFilesOf(options: PictureFilesOptions): PictureFile[] {
  const { output, prompt, format, count, stdout } = options;
  if (output === STANDARD_OUTPUT) {
    if (count > 1) throw new CommandError('-o - takes one picture: standard output has no second file.');
    const write = (bytes: Uint8Array): Promise<void> =>
      new Promise((resolve, reject) => {
        stdout.write(bytes, (error) => (error ? reject(error) : resolve()));
      });
    return [{ name: 'standard output', write }];
  }
  const [, stem, ending = ''] = /^(.*?)(\.\w+)?$/su.exec(output ?? nameOf(prompt, format)) ?? [];
  return Array.from({ length: count }, (_, index) => {
    const name = count > 1 ? `${stem}-${index + 1}${ending}` : `${stem}${ending}`;
    return { name, write: (bytes) => save(name, bytes, output === undefined ? 'wx' : 'w') };
  });
}

/** `a-red-apple.webp` */
function nameOf(prompt: string, format: string): string {
  const words = prompt.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? ['picture'];
  return `${words.join('-').slice(0, LONGEST_NAME)}.${ENDINGS[format] ?? format}`;
}

async function save(name: string, bytes: Uint8Array, flag: 'w' | 'wx'): Promise<void> {
  try {
    await writeFile(name, bytes, { flag });
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new CommandError(
      code === 'EEXIST'
        ? `${name} is there already: -o ${name} replaces it.`
        : `${name} cannot be written (${message}).`,
      { cause },
    );
  }
}
