import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { openCheckpoint } from '../../../gpu-backend/convert/checkpoint/open-checkpoint.ts';

const FOLDER = new URL('../../fixtures/checkpoints/real/', import.meta.url);

interface ExpectedTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly sha256: string;
}

const EXPECTED = JSON.parse(readFileSync(new URL('expected.json', FOLDER), 'utf8')) as Record<
  string,
  Record<string, ExpectedTensor>
>;

function contents(file: string): Record<string, ExpectedTensor> {
  const checkpoint = openCheckpoint(fileURLToPath(new URL(file, FOLDER)));
  try {
    return Object.fromEntries(
      [...checkpoint.tensors].map(([name, tensor]) => {
        const sha256 = createHash('sha256').update(tensor.read()).digest('hex');
        return [name, { dtype: tensor.dtype, shape: tensor.shape, sha256 }];
      }),
    );
  } finally {
    checkpoint.close();
  }
}

describe('files that torch 1.13 wrote', () => {
  it.each(Object.keys(EXPECTED))(
    '%s: every tensor has the name, dtype, shape and bytes that torch gives it',
    (file) => {
      expect(contents(file)).toEqual(EXPECTED[file]);
    },
  );

  it('cover both containers in four protocols, an optimiser and both kinds of TorchScript', () => {
    expect(Object.keys(EXPECTED)).toHaveLength(11);
    expect(Object.keys(EXPECTED['odd-zip-protocol-2.pth'] ?? {})).toHaveLength(21);
  });
});
