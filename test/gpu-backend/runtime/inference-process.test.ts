import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { InferenceBatch } from '../../../gpu-backend/runtime/inference.ts';
import {
  createInferenceProcess,
  type InferenceProcess,
  type InferenceProcessOptions,
  type RestartEvent,
} from '../../../gpu-backend/runtime/inference-process.ts';
import { EMOJI_MODEL } from '../../fixtures/emoji-model.ts';
import { goldenEmoji } from '../../fixtures/golden-emoji.ts';
import { readNpy } from '../../fixtures/npy.ts';
import { copyModel, replaceModelFile } from './model-copy.ts';

const golden = {
  tokenIds: readNpy<BigInt64Array<ArrayBuffer>>(goldenEmoji('token_ids.npy')).data,
  noise: readNpy<Float32Array<ArrayBuffer>>(goldenEmoji('noise.npy')).data,
  images: readNpy<Float32Array>(goldenEmoji('image.npy')).data,
};
const BATCH = 8;
const goldenBatch: InferenceBatch = { tokenIds: golden.tokenIds, noise: golden.noise, batch: BATCH };
const UNAVAILABLE = { code: 'backend_unavailable', status: 503 };

const opened: InferenceProcess[] = [];
function open(options: Partial<InferenceProcessOptions> = {}): InferenceProcess {
  const inference = createInferenceProcess({ modelDirectory: EMOJI_MODEL, threads: 1, ...options });
  opened.push(inference);
  return inference;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('createInferenceProcess', () => {
  let inference: InferenceProcess;
  let restarts: PromiseWithResolvers<RestartEvent>;

  beforeAll(async () => {
    inference = open({ runLimitMs: 20_000, onRestart: (event) => restarts.resolve(event) });
    expect(inference.isReady()).toBe(false);
    await inference.ready;
  });

  afterAll(async () => {
    await Promise.all(opened.map((one) => one.close()));
  });

  it('gives the golden images', async () => {
    expect(inference.isReady()).toBe(true);
    const { images, textEncoderMs, generatorMs } = await inference.generate(goldenBatch);
    expect(images.length).toBe(golden.images.length);
    const worst = images.reduce(
      (most, value, at) => Math.max(most, Math.abs(value - (golden.images[at] ?? 0))),
      0,
    );
    expect(worst).toBeLessThan(1e-3);
    expect(textEncoderMs).toBeGreaterThan(0);
    expect(generatorMs).toBeGreaterThan(0);
  });

  it('outlives a batch that onnxruntime refuses', async () => {
    const tooManyTokens = new BigInt64Array(1_000);
    const refused = inference.generate({
      ...goldenBatch,
      tokenIds: tooManyTokens,
      noise: golden.noise.slice(0, 100),
      batch: 1,
    });
    await expect(refused).rejects.toMatchObject({ code: 'internal_error' });
    expect((await inference.generate(goldenBatch)).images.length).toBe(golden.images.length);
  });

  it('fails what was running when its process is killed, and replaces it', async () => {
    restarts = Promise.withResolvers();
    const pid = inference.pid() as number;
    const running = inference.generate(goldenBatch);
    process.kill(pid, 'SIGKILL');
    await expect(running).rejects.toMatchObject(UNAVAILABLE);
    expect(inference.isReady()).toBe(false);
    await expect(inference.generate(goldenBatch)).rejects.toMatchObject(UNAVAILABLE);
    expect(await restarts.promise).toEqual({ pid, reason: 'SIGKILL', pauseMs: 0 });
    await expect.poll(() => inference.isReady(), { timeout: 20_000 }).toBe(true);
    expect((await inference.generate(goldenBatch)).images.length).toBe(golden.images.length);
  });

  it('kills a process that hangs', async () => {
    const event = Promise.withResolvers<RestartEvent>();
    const hanging = open({ runLimitMs: 200, onRestart: event.resolve });
    await hanging.ready;
    process.kill(hanging.pid() as number, 'SIGSTOP');
    await expect(hanging.generate(goldenBatch)).rejects.toMatchObject(UNAVAILABLE);
    expect(await event.promise).toMatchObject({ reason: 'SIGKILL' });
  });

  it('ends its process when it is closed', async () => {
    const closing = open();
    await closing.ready;
    const pid = closing.pid() as number;
    await closing.close();
    expect(isAlive(pid)).toBe(false);
    await expect(closing.generate(goldenBatch)).rejects.toMatchObject(UNAVAILABLE);
  });

  it('leaves no orphan behind a parent that was killed', async () => {
    const module = new URL('../../../gpu-backend/runtime/inference-process.ts', import.meta.url).href;
    const script = `
      const { createInferenceProcess } = await import(${JSON.stringify(module)});
      const inference = createInferenceProcess({ modelDirectory: ${JSON.stringify(EMOJI_MODEL)}, threads: 1 });
      await inference.ready;
      console.log(inference.pid());
      setInterval(() => {}, 1000);`;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    const pid = Number(line.toString());
    expect(isAlive(pid)).toBe(true);
    parent.kill('SIGKILL');
    await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false);
  });
});

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

  const expectRefusal = (message: string | RegExp, modelDirectory = directory) =>
    expect(open({ modelDirectory }).ready).rejects.toThrow(message);

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

  it('is refused when a graph keeps tensors in other files', async () => {
    // ModelProto { graph (7): { initializer (5): { data_location (14): EXTERNAL } } }
    await replaceModelFile(directory, 'generator.onnx', Uint8Array.of(58, 4, 42, 2, 112, 1));
    await expectRefusal(
      `model ${join(directory, 'generator.onnx')}: tensors in other files (external data) are refused`,
    );
  });

  it('is refused when a file is no ONNX graph', async () => {
    await replaceModelFile(directory, 'text-encoder.onnx', new TextEncoder().encode('not a graph'));
    await expectRefusal(`model ${join(directory, 'text-encoder.onnx')}: not a protobuf`);
  });
});
