import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
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
const NEVER = new AbortController().signal;
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

/** Names in a process's environment; Node's own, of the channel to its parent, left out. */
function variablesOf(pid = 0): string[] {
  const lines = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').filter(Boolean);
  return lines.map((line) => line.split('=', 1)[0] ?? '').filter((name) => !name.startsWith('NODE_'));
}

describe('createInferenceProcess', () => {
  let inference: InferenceProcess;
  let restarts: PromiseWithResolvers<RestartEvent>;

  beforeAll(async () => {
    inference = open({ runLimitMs: 20_000, onRestart: (event) => restarts.resolve(event) });
    expect(inference.isReady()).toBe(false);
    await inference.ready;
  });

  afterEach(() => vi.unstubAllEnvs());
  afterAll(async () => {
    await Promise.all(opened.map((one) => one.close()));
  });

  it('gives the golden images', async () => {
    expect(inference.isReady()).toBe(true);
    const { images, textEncoderMs, generatorMs } = await inference.generate(goldenBatch, NEVER);
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
    const refused = inference.generate(
      {
        ...goldenBatch,
        tokenIds: tooManyTokens,
        noise: golden.noise.slice(0, 100),
        batch: 1,
      },
      NEVER,
    );
    await expect(refused).rejects.toMatchObject({ code: 'internal_error' });
    expect((await inference.generate(goldenBatch, NEVER)).images.length).toBe(golden.images.length);
  });

  it('fails what was running when its process is killed, and runs what is asked for then on the next one', async () => {
    restarts = Promise.withResolvers();
    const pid = inference.pid() as number;
    const running = inference.generate(goldenBatch, NEVER);
    process.kill(pid, 'SIGKILL');
    await expect(running).rejects.toMatchObject(UNAVAILABLE);
    expect(inference.isReady()).toBe(false);
    const waiting = [inference.generate(goldenBatch, NEVER), inference.generate(goldenBatch, NEVER)];
    expect(await restarts.promise).toEqual({ pid, reason: 'SIGKILL', pauseMs: 0 });
    for (const { images } of await Promise.all(waiting)) expect(images.length).toBe(golden.images.length);
    expect(inference.isReady()).toBe(true);
    expect(inference.pid()).not.toBe(pid);
  });

  it('lets go of what waits for it when the deadline passes, and when it is closed', async () => {
    const starting = open();
    const deadline = new AbortController();
    const late = starting.generate(goldenBatch, deadline.signal);
    const patient = starting.generate(goldenBatch, NEVER);
    deadline.abort(new Error('too late'));
    await expect(late).rejects.toThrow('too late');
    await expect(starting.generate(goldenBatch, deadline.signal)).rejects.toThrow('too late');
    const closed = starting.close();
    await expect(patient).rejects.toMatchObject(UNAVAILABLE);
    await closed;
  });

  it('kills a process that hangs', async () => {
    const event = Promise.withResolvers<RestartEvent>();
    const hanging = open({ runLimitMs: 200, onRestart: event.resolve });
    await hanging.ready;
    process.kill(hanging.pid() as number, 'SIGSTOP');
    await expect(hanging.generate(goldenBatch, NEVER)).rejects.toMatchObject(UNAVAILABLE);
    expect(await event.promise).toMatchObject({ reason: 'SIGKILL' });
  });

  it.runIf(process.platform === 'linux')(
    'gives its process the environment that it is given, and no more',
    async () => {
      vi.stubEnv('SECRET_OF_THE_PARENT', 'not for children');
      const bare = open();
      const given = open({ environment: { OMP_NUM_THREADS: '1' } });
      await Promise.all([bare.ready, given.ready]);
      expect(variablesOf(bare.pid())).toEqual([]);
      expect(variablesOf(given.pid())).toEqual(['OMP_NUM_THREADS']);
    },
  );

  it('ends its process when it is closed', async () => {
    const closing = open();
    await closing.ready;
    const pid = closing.pid() as number;
    await closing.close();
    expect(isAlive(pid)).toBe(false);
    await expect(closing.generate(goldenBatch, NEVER)).rejects.toMatchObject(UNAVAILABLE);
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
    );
  });

  it('is refused when a file is no ONNX graph', async () => {
    await replaceModelFile(directory, 'text-encoder.onnx', new TextEncoder().encode('not a graph'));
    await expectRefusal(`model ${join(directory, 'text-encoder.onnx')}: not a protobuf`);
  });
});
