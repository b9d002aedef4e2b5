import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Checkpoint } from '../../../gpu-backend/convert/checkpoint/checkpoint.ts';
import { openCheckpoint } from '../../../gpu-backend/convert/checkpoint/open-checkpoint.ts';

/** Opens `content` as a checkpoint for as long as `use` runs. */
export function withCheckpoint<Result>(content: Uint8Array, use: (checkpoint: Checkpoint) => Result): Result {
  const folder = mkdtempSync(join(tmpdir(), 'checkpoint-'));
  try {
    const file = join(folder, 'no-telling-name');
    writeFileSync(file, content);
    const checkpoint = openCheckpoint(file);
    try {
      return use(checkpoint);
    } finally {
      checkpoint.close();
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The float32 elements of one tensor. */
export function floatsOf(checkpoint: Checkpoint, name: string): number[] {
  const tensor = checkpoint.tensors.get(name);
  if (tensor === undefined)
    throw new Error(`no tensor ${name} among ${[...checkpoint.tensors.keys()].join(', ')}`);
  return [...new Float32Array(tensor.read().buffer)];
}
