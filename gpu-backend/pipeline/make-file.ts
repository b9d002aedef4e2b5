import { readSync } from 'node:fs';
import type { PictureHashes } from '../contract/picture-hashes.ts';
import { type EncodeOptions, encodePicture } from './encode.ts';
import { hashPicture } from './hash-picture.ts';
import { pixelsFromImage } from './post-process.ts';
import { resampleImage } from './resample.ts';

/** A picture as the generator left it in shared memory, and the file to make of it. */
export interface FileTask extends EncodeOptions {
  /** Where its `[3, nativeSize, nativeSize]` float32 lie. */
  readonly fd: number;
  /** Of its first byte. */
  readonly position: number;
  /** Edge of the picture that lies there, pixels. */
  readonly nativeSize: number;
  /** Edge of the picture asked for, pixels. */
  readonly size: number;
}

export interface PictureFile {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** None of what is not one square picture. */
  readonly hashes: PictureHashes | undefined;
}

/**
 * The generator's image → the file that is stored: resampled to the size asked for, clamped, encoded and hashed. Takes tens of
 * milliseconds of CPU for a large picture: not for an event loop that others wait for.
 * @throws RangeError when the memory ends before the picture, or a value is not a number.
 */
export async function makeFile({
  fd,
  position,
  nativeSize,
  size,
  ...encoding
}: FileTask): Promise<PictureFile> {
  const image = readImage(fd, position, nativeSize);
  const pixels = pixelsFromImage(resampleImage(image, nativeSize, size), size);
  const [bytes, hashes] = await Promise.all([encodePicture(pixels, encoding), hashPicture(pixels)]);
  return { bytes, hashes };
}

function readImage(fd: number, position: number, size: number): Float32Array {
  const image = new Float32Array(3 * size * size);
  const bytes = new Uint8Array(image.buffer);
  for (let at = 0; at < bytes.length; ) {
    const count = readSync(fd, bytes, at, bytes.length - at, position + at);
    if (count === 0) throw new RangeError(`picture memory ends at byte ${position + at}`);
    at += count;
  }
  return image;
}
