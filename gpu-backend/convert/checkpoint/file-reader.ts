import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { CheckpointError } from './checkpoint-error.ts';

/** Random access to an open file; whatever goes wrong is told as a CheckpointError. */
export interface FileReader {
  readonly file: string;
  readonly sizeBytes: number;
  /**
   * `length` bytes from `offset`, freshly allocated.
   * @throws CheckpointError when they don't all lie within the file or can't be read.
   */
  read(offset: number, length: number): Uint8Array<ArrayBuffer>;
  /** The error to throw for something wrong at `offset`. */
  error(offset: number, reason: string): CheckpointError;
  close(): void;
}

/** One read call takes at most 2 GiB − 4 KiB on Linux; a round number below it. */
const MAX_READ_BYTES = 2 ** 30;

/** @throws CheckpointError when `file` is not a readable regular file. */
export function openFile(file: string): FileReader {
  const { descriptor, sizeBytes } = openRegularFile(file);
  let isOpen = true;

  function error(offset: number, reason: string): CheckpointError {
    return new CheckpointError({ file, offset, reason });
  }

  return {
    file,
    sizeBytes,
    error,
    read(offset, length) {
      // The number of a closed descriptor may by now be another file's.
      if (!isOpen) throw error(offset, 'the checkpoint was closed');
      if (offset + length > sizeBytes) {
        throw error(offset, `the file ends at ${sizeBytes}, but ${length} bytes are needed here`);
      }
      const bytes = new Uint8Array(length);
      for (let done = 0; done < length; ) {
        const wanted = Math.min(MAX_READ_BYTES, length - done);
        const count = readOrThrow(file, () => readSync(descriptor, bytes, done, wanted, offset + done));
        if (count === 0) throw error(offset + done, 'the file became shorter while it was read');
        done += count;
      }
      return bytes;
    },
    close() {
      if (isOpen) closeSync(descriptor);
      isOpen = false;
    },
  };
}

function openRegularFile(file: string): { descriptor: number; sizeBytes: number } {
  // Non-blocking, so that a named pipe is refused rather than waited for.
  const descriptor = readOrThrow(file, () =>
    openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)),
  );
  const status = fstatSync(descriptor);
  if (status.isFile()) return { descriptor, sizeBytes: status.size };
  closeSync(descriptor);
  throw new CheckpointError({ file, reason: 'is not a regular file' });
}

function readOrThrow(file: string, action: () => number): number {
  try {
    return action();
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new CheckpointError({ file, reason: `cannot be read (${code})`, cause });
  }
}
