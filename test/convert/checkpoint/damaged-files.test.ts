import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { CheckpointError } from '../../../gpu-backend/convert/checkpoint/checkpoint-error.ts';
import { openCheckpoint } from '../../../gpu-backend/convert/checkpoint/open-checkpoint.ts';
import { safetensors } from '../../fixtures/checkpoints/safetensors-writer.ts';

const REAL = new URL('../../fixtures/checkpoints/real/', import.meta.url);

const SEEDS: Readonly<Record<string, Buffer>> = {
  zip: readFileSync(new URL('odd-zip-protocol-2.pth', REAL)),
  'zip of protocol 5': readFileSync(new URL('odd-zip-protocol-5.pth', REAL)),
  legacy: readFileSync(new URL('odd-legacy-protocol-2.pth', REAL)),
  TorchScript: readFileSync(new URL('tower-scripted.pt', REAL)),
  safetensors: safetensors(
    {
      __metadata__: { format: 'pt' },
      a: { dtype: 'F32', shape: [2, 3], data_offsets: [0, 24] },
      b: { dtype: 'I64', shape: [2], data_offsets: [24, 40] },
    },
    Buffer.alloc(40, 7),
  ),
};

const folder = mkdtempSync(join(tmpdir(), 'damaged-'));
const file = join(folder, 'damaged.pth');

afterAll(() => rmSync(folder, { recursive: true }));

/** Opens and reads everything; gives what was thrown. */
function load(content: Uint8Array): unknown {
  writeFileSync(file, content);
  try {
    const checkpoint = openCheckpoint(file);
    try {
      for (const tensor of checkpoint.tensors.values()) tensor.read();
    } finally {
      checkpoint.close();
    }
    return undefined;
  } catch (error) {
    return error;
  }
}

function expectLoadedOrRefused(content: Uint8Array): void {
  const error = load(content);
  if (error !== undefined) expect(error).toBeInstanceOf(CheckpointError);
}

describe.each(Object.entries(SEEDS))('a damaged %s file loads or is refused, nothing else', (_, seed) => {
  it('is whole to begin with', () => expect(load(seed)).toBeUndefined());

  it('with a few bytes changed', () => {
    const change = fc.tuple(fc.nat(seed.length - 1), fc.nat(255));
    const property = fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
      const content = Buffer.from(seed);
      for (const [at, byte] of changes) content[at] = byte;
      expectLoadedOrRefused(content);
    });
    fc.assert(property, { numRuns: 200 });
  });

  it('cut off anywhere: always refused', () => {
    const property = fc.property(fc.nat(seed.length - 1), (length) => {
      expect(load(seed.subarray(0, length))).toBeInstanceOf(CheckpointError);
    });
    fc.assert(property, { numRuns: 80 });
  });

  it('with a piece removed, repeated or put in', () => {
    const property = fc.property(
      fc.nat(seed.length),
      fc.nat(64),
      fc.uint8Array({ maxLength: 16 }),
      (at, removed, added) => {
        expectLoadedOrRefused(Buffer.concat([seed.subarray(0, at), added, seed.subarray(at + removed)]));
      },
    );
    fc.assert(property, { numRuns: 80 });
  });
});
