import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCheckpoint } from '../../../gpu-backend/convert/checkpoint/open-checkpoint.ts';
import { oneTensor, SIX_FLOATS } from '../../fixtures/checkpoints/hostile/hostile-file.ts';
import { createElements } from '../../fixtures/checkpoints/random-elements.ts';
import { layer } from '../../fixtures/checkpoints/tensor-spec.ts';
import { writeTorchZip } from '../../fixtures/checkpoints/write-torch-zip.ts';
import {
  centralRecord,
  crcOf,
  endRecords,
  localHeader,
  type ZipFields,
} from '../../fixtures/checkpoints/zip-records.ts';
import { floatsOf } from './open-file.ts';

/** Beyond what 32 bits count. */
const HOLE_BYTES = 4.5 * 2 ** 30;

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'large-'));
});

afterAll(() => rmSync(folder, { recursive: true }));

/** A zip file with a hole of 4.5 GB, which takes no space on the disk, before the storage that is read. */
function writeSparse(file: string): void {
  const descriptor = openSync(file, 'w');
  const object = oneTensor();
  const entries: readonly (ZipFields & { data?: Buffer })[] = [
    { name: 'a/data.pkl', sizeBytes: object.length, crc32: crcOf(object), data: object },
    { name: 'a/data/1', sizeBytes: HOLE_BYTES, crc32: 0, zip64: true },
    { name: 'a/data/0', sizeBytes: SIX_FLOATS.length, crc32: crcOf(SIX_FLOATS), data: SIX_FLOATS },
  ];
  const records: Buffer[] = [];
  let offset = 0;
  for (const { data, ...fields } of entries) {
    records.push(centralRecord(fields, offset));
    const header = localHeader(fields);
    writeSync(descriptor, Buffer.concat([header, data ?? Buffer.alloc(0)]), 0, null, offset);
    offset += header.length + fields.sizeBytes;
    ftruncateSync(descriptor, offset);
  }
  const directory = Buffer.concat(records);
  const end = endRecords({
    entryCount: records.length,
    directoryBytes: directory.length,
    directoryOffset: offset,
    zip64: true,
  });
  writeSync(descriptor, Buffer.concat([directory, end]), 0, null, offset);
  closeSync(descriptor);
}

describe('large files', () => {
  it('reads a tensor that lies beyond 4 GB, through zip64 fields', () => {
    const file = join(folder, 'sparse.pth');
    writeSparse(file);
    const checkpoint = openCheckpoint(file);
    expect(floatsOf(checkpoint, 'weight')).toEqual([1, 2, 3, 4, 5, 6]);
    checkpoint.close();
    expect(() => checkpoint.tensors.get('weight')?.read()).toThrow(/was closed/);
  });

  it('reads what the full-size writer streams, nested by its paths', () => {
    const file = join(folder, 'streamed.pth');
    const halves = layer('fc', [5, 300], true);
    writeTorchZip(
      file,
      [
        { path: ['model', 'netG'], tensors: layer('conv', [4, 3, 3, 3]) },
        { path: ['model', 'netD'], tensors: halves },
      ],
      createElements(1),
    );
    const checkpoint = openCheckpoint(file);
    expect([...checkpoint.tensors].map(([name, { dtype, shape }]) => `${name} ${dtype} ${shape}`)).toEqual([
      'model/netG/conv.weight float32 4,3,3,3',
      'model/netG/conv.bias float32 4',
      'model/netD/fc.weight float16 5,300',
      'model/netD/fc.bias float16 5',
    ]);
    const weights = floatsOf(checkpoint, 'model/netG/conv.weight');
    const deviation = Math.sqrt(weights.reduce((sum, value) => sum + value * value, 0) / weights.length);
    expect(deviation * Math.sqrt(27)).toBeGreaterThan(0.4);
    expect(deviation * Math.sqrt(27)).toBeLessThan(0.9);
    checkpoint.close();
  });
});
