import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createGraphBuilder } from '../../../gpu-backend/convert/graph/graph-builder.ts';
import { add } from '../../../gpu-backend/convert/graph/operators/arithmetic.ts';
import { encodeModel } from '../../../gpu-backend/convert/onnx/encode-model.ts';
import { lazyBytesField, type Message } from '../../../gpu-backend/convert/onnx/protobuf.ts';
import { writeMessage } from '../../../gpu-backend/convert/onnx/write-message.ts';
import { floats, runOnnx, valuesOf } from '../../fixtures/onnx-run.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'galip-onnx-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** y = x + w, w large enough to be written on its own. */
function sumModel(length: number, onRead: () => void = () => {}): Message {
  const graph = createGraphBuilder('sum', 'float32');
  const x = graph.input('x', 'float32', ['n', length]);
  const read = (): Float32Array<ArrayBuffer> => {
    onRead();
    return new Float32Array(length).fill(0.5);
  };
  graph.output('y', add(graph, x, graph.weight('w', { shape: [length], read })), ['n', length]);
  return encodeModel(graph.build());
}

describe('writeMessage', () => {
  it('writes a model that onnxruntime runs, and tells its size and digest', async () => {
    const path = join(folder, 'sum.onnx');
    const message = sumModel(500_000);
    const steps: number[] = [];
    const written = await writeMessage(path, message, { onWritten: (sizeBytes) => steps.push(sizeBytes) });
    const bytes = readFileSync(path);
    expect(written).toEqual({
      sizeBytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    });
    expect(message.sizeBytes).toBe(bytes.length);
    expect(steps.reduce((sum, step) => sum + step, 0)).toBe(bytes.length);
    const { y } = await runOnnx(path, { x: floats(new Float32Array(500_000).fill(1), [1, 500_000]) });
    expect(new Set(valuesOf(y))).toEqual(new Set([1.5]));
  });

  it('gives equal bytes for equal graphs', async () => {
    const one = await writeMessage(join(folder, 'one.onnx'), sumModel(9));
    const two = await writeMessage(join(folder, 'two.onnx'), sumModel(9));
    expect(two).toEqual(one);
  });

  it('reads a weight once, and not before it is written', async () => {
    let reads = 0;
    const message = sumModel(9, () => reads++);
    expect(reads).toBe(0);
    await writeMessage(join(folder, 'sum.onnx'), message);
    expect(reads).toBe(1);
  });

  it('refuses a tensor that has not its declared size', async () => {
    const message = lazyBytesField(9, 8, () => new Uint8Array(7));
    await expect(writeMessage(join(folder, 'x'), message)).rejects.toThrow('7 bytes was declared with 8');
  });

  it('never writes over a file', async () => {
    await writeMessage(join(folder, 'x'), sumModel(1));
    await expect(writeMessage(join(folder, 'x'), sumModel(1))).rejects.toThrow('EEXIST');
  });

  it('stops when it is told to', async () => {
    const stop = new AbortController();
    const options = { signal: stop.signal, onWritten: () => stop.abort(new Error('enough')) };
    await expect(writeMessage(join(folder, 'x'), sumModel(500_000), options)).rejects.toThrow('enough');
  });
});
