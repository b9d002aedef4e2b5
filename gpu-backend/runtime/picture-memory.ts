import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Memory that looks like files on Linux; elsewhere the system's page cache does as well. */
const DIRECTORIES = ['/dev/shm', tmpdir()];
/** The memory is claimed in steps of this size, bytes. */
const CLAIM_BYTES = 1024 * 1024;

/** Room for one batch's pictures. */
interface PictureSlot {
  /** Of its first byte. */
  readonly position: number;
  /** Others may write there from now on; more calls do nothing. */
  release(): void;
}

/**
 * Memory that this process, its threads and its children share: a file without a name, which vanishes with whoever has
 * it open. Pictures cross from process to process by one copy in and one out, with nothing serialised.
 */
export interface PictureMemory {
  readonly fd: number;
  /** The next free slot, first come first served. Rejects with the signal's reason. */
  acquire(signal: AbortSignal): Promise<PictureSlot>;
  /** Gives the memory back as soon as no slot is held any more: what has been made may still be read. */
  close(): void;
}

/** @throws Error saying where there is no room for `slots` times `slotBytes`. */
export function createPictureMemory(slots: number, slotBytes: number): PictureMemory {
  const fd = openNameless(slots * slotBytes);
  const free = Array.from({ length: slots }, (_, at) => at * slotBytes);
  const queue = new Set<(position: number) => void>();
  let isClosing = false;

  const closeUnlessHeld = (): void => {
    if (!isClosing || free.length < slots) return;
    free.length = 0;
    closeSync(fd);
  };

  const slotAt = (position: number): PictureSlot => {
    let isHeld = true;
    return {
      position,
      release() {
        if (!isHeld) return;
        isHeld = false;
        const [next] = queue;
        if (!next) {
          free.push(position);
          closeUnlessHeld();
          return;
        }
        queue.delete(next);
        next(position);
      },
    };
  };

  return {
    fd,
    acquire(signal) {
      if (signal.aborted) return Promise.reject(signal.reason);
      const position = free.shift();
      if (position !== undefined) return Promise.resolve(slotAt(position));
      return new Promise((resolve, reject) => {
        const take = (freed: number): void => {
          signal.removeEventListener('abort', leave);
          resolve(slotAt(freed));
        };
        const leave = (): void => {
          queue.delete(take);
          reject(signal.reason);
        };
        signal.addEventListener('abort', leave, { once: true });
        queue.add(take);
      });
    },
    close() {
      if (isClosing) return;
      isClosing = true;
      closeUnlessHeld();
    },
  };
}

function openNameless(sizeBytes: number): number {
  const problems: string[] = [];
  for (const directory of DIRECTORIES) {
    try {
      return openIn(directory, sizeBytes);
    } catch (error) {
      problems.push((error as Error).message);
    }
  }
  throw new Error(`no ${sizeBytes} bytes of memory for pictures: ${problems.join('; ')}`);
}

function openIn(directory: string, sizeBytes: number): number {
  const folder = mkdtempSync(join(directory, 'galip-pictures-'));
  let fd: number | undefined;
  try {
    fd = openSync(join(folder, 'memory'), 'wx+', 0o600);
    // Written and not only sized: a container's /dev/shm may be smaller, which must show now and not in a batch.
    const zeros = new Uint8Array(Math.min(CLAIM_BYTES, sizeBytes));
    for (let at = 0; at < sizeBytes; at += zeros.length) {
      writeSync(fd, zeros, 0, Math.min(zeros.length, sizeBytes - at), at);
    }
    return fd;
  } catch (error) {
    if (fd !== undefined) closeSync(fd);
    throw error;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
