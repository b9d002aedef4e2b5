import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { readModelManifest } from '../../../gpu-backend/runtime/model-directory.ts';
import { EMOJI_MODEL } from '../../fixtures/emoji-model.ts';
import { goldenBatch } from './golden-batch.ts';
import { createInferenceOpener } from './inference-opener.ts';
import { copyModel, replaceModelFile } from './model-copy.ts';

const NEVER = new AbortController().signal;
const UNAVAILABLE = { code: 'backend_unavailable', status: 503 };
const open = createInferenceOpener();
const model = await readModelManifest(EMOJI_MODEL);

describe('a model directory that cannot be loaded', () => {
  let directory: string;
  beforeAll(() => {
    directory = copyModel();
  });
  afterEach(() => {
    rmSync(directory, { recursive: true });
    directory = copyModel();
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  const expectRefusal = (message: string | RegExp, modelDirectory = directory, digest = model.digest) =>
    expect(open({ modelDirectory, digest }).ready).rejects.toThrow(message);
  const digestNow = (): string =>
    (JSON.parse(readFileSync(join(directory, 'model.json'), 'utf8')) as { digest: string }).digest;

  it('is named when it is not there', async () => {
    await expectRefusal('model /nowhere/model.json: not found', '/nowhere');
  });

  it.each(['generator.onnx', 'text-encoder.onnx', 'image-encoder.onnx'])(
    'names a changed %s',
    async (name) => {
      appendFileSync(join(directory, name), 'x');
      await expectRefusal(
        new RegExp(`^model ${join(directory, name)}: SHA-256 is [0-9a-f]{64}, model.json says`, 'u'),
      );
    },
  );

  it('names a missing file', async () => {
    rmSync(join(directory, 'generator.onnx'));
    await expectRefusal(`model ${join(directory, 'generator.onnx')}: not found`);
  });

  it('names a manifest that is no JSON or not whole', async () => {
    writeFileSync(join(directory, 'model.json'), '{');
    await expectRefusal(`model ${join(directory, 'model.json')}: is not JSON`);
    writeFileSync(join(directory, 'model.json'), '{}');
    await expectRefusal(/model\.json: [\s\S]*digest/u);
  });

  it('fails what waits for it when it is damaged while it runs', async () => {
    const inference = open({ modelDirectory: directory });
    await inference.ready;
    appendFileSync(join(directory, 'generator.onnx'), 'x');
    const running = inference.generate(goldenBatch, NEVER);
    process.kill(inference.pid() as number, 'SIGKILL');
    await expect(running).rejects.toMatchObject(UNAVAILABLE);
    const waiting = inference.generate(goldenBatch, NEVER);
    await expect(waiting).rejects.toMatchObject({
      ...UNAVAILABLE,
      cause: { message: expect.stringContaining('SHA-256 is') },
    });
  });

  it('is refused when a graph keeps tensors in other files', async () => {
    // ModelProto { graph (7): { initializer (5): { data_location (14): EXTERNAL } } }
    await replaceModelFile(directory, 'generator.onnx', Uint8Array.of(58, 4, 42, 2, 112, 1));
    await expectRefusal(
      `model ${join(directory, 'generator.onnx')}: tensors in other files (external data) are refused`,
      directory,
      digestNow(),
    );
  });

  it('is refused when a file is no ONNX graph', async () => {
    await replaceModelFile(directory, 'text-encoder.onnx', new TextEncoder().encode('not a graph'));
    await expectRefusal(
      `model ${join(directory, 'text-encoder.onnx')}: not a protobuf`,
      directory,
      digestNow(),
    );
  });

  it('is refused when it holds another model than the one asked for', async () => {
    const other = 'f'.repeat(64);
    await expectRefusal(
      `model ${directory}: holds the model ${model.digest}, not ${other}`,
      directory,
      other,
    );
  });
});
