import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CheckpointError } from '../../../gpu-backend/convert/checkpoint/checkpoint-error.ts';
import { openCheckpoint } from '../../../gpu-backend/convert/checkpoint/open-checkpoint.ts';
import { HOSTILE_BOMBS } from '../../fixtures/checkpoints/hostile/bombs.ts';
import { HOSTILE_GLOBALS } from '../../fixtures/checkpoints/hostile/globals.ts';
import type { HostileFile } from '../../fixtures/checkpoints/hostile/hostile-file.ts';
import { HOSTILE_LEGACY } from '../../fixtures/checkpoints/hostile/legacy-tricks.ts';
import { HOSTILE_OPCODES } from '../../fixtures/checkpoints/hostile/opcodes.ts';
import { HOSTILE_SAFETENSORS } from '../../fixtures/checkpoints/hostile/safetensors-tricks.ts';
import { HOSTILE_TENSORS } from '../../fixtures/checkpoints/hostile/tensor-tricks.ts';
import { HOSTILE_ZIPS } from '../../fixtures/checkpoints/hostile/zip-tricks.ts';

const FILES: readonly HostileFile[] = [
  ...HOSTILE_GLOBALS,
  ...HOSTILE_OPCODES,
  ...HOSTILE_BOMBS,
  ...HOSTILE_ZIPS,
  ...HOSTILE_TENSORS,
  ...HOSTILE_LEGACY,
  ...HOSTILE_SAFETENSORS,
];

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hostile-'));
});

afterAll(() => rmSync(folder, { recursive: true }));

function errorOf(file: string): unknown {
  try {
    openCheckpoint(file).close();
    return undefined;
  } catch (error) {
    return error;
  }
}

describe('a hostile or damaged file is refused with its reason', () => {
  it('at least 150 different ones, each under its own name', () => {
    expect(FILES.length).toBeGreaterThanOrEqual(150);
    expect(new Set(FILES.map(({ name }) => name)).size).toBe(FILES.length);
  });

  it.each(FILES)('$name', ({ bytes, reason }) => {
    const canary = join(folder, 'canary');
    const file = join(folder, 'model.pth');
    const content = bytes(canary);
    writeFileSync(file, content);
    const error = errorOf(file);
    expect(error).toBeInstanceOf(CheckpointError);
    const checkpointError = error as CheckpointError;
    expect(checkpointError.reason).toMatch(reason);
    expect(checkpointError.file).toBe(file);
    expect(checkpointError.offset).toBeGreaterThanOrEqual(0);
    expect(checkpointError.message).not.toMatch(/\p{Cc}/u);
    expect(existsSync(canary)).toBe(false);
  });

  it.each([
    ['a file that is not there', () => join(folder, 'absent.pth'), /ENOENT/],
    ['a folder', () => folder, /not a regular file|EISDIR/],
    ['a device', () => '/dev/null', /not a regular file/],
  ])('%s', (_, file, reason) => {
    const error = errorOf(file());
    expect(error).toBeInstanceOf(CheckpointError);
    expect((error as CheckpointError).reason).toMatch(reason);
  });

  it.each([0, 1, 3, 8, 15])('a file of its first %i bytes only', (length) => {
    const file = join(folder, 'short.pth');
    writeFileSync(
      file,
      Buffer.from('PK\x03\x04\x00\x00\x08\x08\x00\x00\x00\x00\x00\x00\x00\x00', 'latin1').subarray(0, length),
    );
    expect(errorOf(file)).toBeInstanceOf(CheckpointError);
  });
});
