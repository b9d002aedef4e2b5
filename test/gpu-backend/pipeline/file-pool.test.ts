import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFilePool, type FilePool } from '../../../gpu-backend/pipeline/file-pool.ts';
import type { FileTask } from '../../../gpu-backend/pipeline/make-file.ts';

const SIZE = 64;
const PATH = join(tmpdir(), `galip-file-pool-${process.pid}`);
const NEVER = new AbortController().signal;
let pool: FilePool;
let fd: number;

/** Three pictures: black, white, and one that is none. */
beforeAll(() => {
  pool = createFilePool(2);
  fd = openSync(PATH, 'wx+');
  for (const value of [-1, 1, Number.NaN]) writeSync(fd, new Float32Array(3 * SIZE ** 2).fill(value));
});

afterAll(async () => {
  await pool.close();
  closeSync(fd);
  rmSync(PATH);
});

function task(picture: number, more: Partial<FileTask> = {}): FileTask {
  const position = picture * 3 * SIZE ** 2 * Float32Array.BYTES_PER_ELEMENT;
  return { fd, position, nativeSize: SIZE, size: SIZE, format: 'png', quality: null, ...more };
}

async function levelsOf(file: Uint8Array): Promise<number[]> {
  return [...new Set(await sharp(file).raw().toBuffer())];
}

describe('createFilePool', () => {
  it('makes files of the pictures that lie in the memory', async () => {
    const files = await Promise.all([0, 1, 0, 1, 0].map((picture) => pool.make(task(picture), NEVER)));
    const levels = await Promise.all(files.map(({ bytes }) => levelsOf(bytes)));
    expect(levels).toEqual([[0], [255], [0], [255], [0]]);
  });

  it('refuses a picture that is no picture, and goes on', async () => {
    await expect(pool.make(task(2), NEVER)).rejects.toThrow('is not a number');
    await expect(pool.make(task(3), NEVER)).rejects.toThrow('picture memory ends');
    expect(await levelsOf((await pool.make(task(1), NEVER)).bytes)).toEqual([255]);
  });

  it('leaves the event loop free', async () => {
    let longestMs = 0;
    let lastAt = performance.now();
    const timer = setInterval(() => {
      longestMs = Math.max(longestMs, performance.now() - lastAt);
      lastAt = performance.now();
    }, 1);
    const large = Array.from({ length: 12 }, () => pool.make(task(0, { size: 4 * SIZE }), NEVER));
    const startedAt = performance.now();
    await Promise.all(large);
    clearInterval(timer);
    // What two threads did one after the other was never waited for in one piece.
    expect(longestMs).toBeLessThan((performance.now() - startedAt) / 2);
  });

  it('drops what nobody waits for before a thread takes it', async () => {
    const gone = new AbortController();
    const busy = [0, 1].map((picture) => pool.make(task(picture, { size: 256 }), NEVER));
    const late = pool.make(task(0), gone.signal);
    expect(pool.depth()).toBe(1);
    gone.abort(new Error('gone'));
    await expect(late).rejects.toThrow('gone');
    expect(pool.depth()).toBe(0);
    await expect(pool.make(task(0), gone.signal)).rejects.toThrow('gone');
    await Promise.all(busy);
  });

  it('fails what runs and what waits when it is closed', async () => {
    const closing = createFilePool(1);
    const outcomes = Promise.allSettled(
      [0, 1].map((picture) => closing.make(task(picture, { size: 256 }), NEVER)),
    );
    await sleep(0);
    await closing.close();
    expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await expect(closing.make(task(0), NEVER)).rejects.toThrow('closed');
  });
});
