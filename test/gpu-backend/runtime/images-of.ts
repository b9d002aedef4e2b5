import { readSync } from 'node:fs';
import { expect } from 'vitest';
import type { InferenceResult } from '../../../gpu-backend/runtime/inference.ts';

/** The pictures of a batch, read as their readers do, and their memory given back. */
export async function imagesOf(result: Promise<InferenceResult>, rows: number): Promise<Float32Array> {
  const { pictures, release } = await result;
  const images = new Uint8Array(rows * pictures.rowBytes);
  expect(readSync(pictures.fd, images, 0, images.length, pictures.position)).toBe(images.length);
  release();
  return new Float32Array(images.buffer);
}
