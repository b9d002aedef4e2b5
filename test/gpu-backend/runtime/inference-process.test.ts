import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, readFileSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { InferenceBatch, InferenceResult } from '../../../gpu-backend/runtime/inference.ts';
import type { LoadReport } from '../../../gpu-backend/runtime/inference-messages.ts';
import {
  createInferenceProcess,
  type InferenceProcess,
  type InferenceProcessOptions,
  type RestartEvent,
} from '../../../gpu-backend/runtime/inference-process.ts';
import { readModelManifest } from '../../../gpu-backend/runtime/model-directory.ts';
import { EMOJI_MODEL } from '../../fixtures/emoji-model.ts';
import { goldenDefault } from '../../fixtures/golden-default.ts';
import { readNpy } from '../../fixtures/npy.ts';
import { copyModel, replaceModelFile } from './model-copy.ts';

const golden = {
  tokenIds: readNpy<BigInt64Array<ArrayBuffer>>(goldenDefault('token_ids.npy')).data,
  noise: readNpy<Float32Array<ArrayBuffer>>(goldenDefault('noise.npy')).data,
  images: readNpy<Float32Array>(goldenDefault('image.npy')).data,
};
const ROWS = 8;
const NOISE_DIM = 100;
const CONTEXT_LENGTH = 32;

const model = await readModelManifest(EMOJI_MODEL);
const END_TOKEN = BigInt(model.text.endToken);
/** Token ids of the golden prompts without their padding. */
const goldenTexts = Array.from({ length: ROWS }, (_, row) => {
  const ids = golden.tokenIds.slice(row * CONTEXT_LENGTH, (row + 1) * CONTEXT_LENGTH);
  return ids.slice(0, ids.indexOf(END_TOKEN) + 1);
});
/** Some of the golden rows as a batch. */
function batchOf(rows: readonly number[], bucket = rows.length): InferenceBatch {
  const noise = rows.flatMap((row) => [...golden.noise.slice(row * NOISE_DIM, (row + 1) * NOISE_DIM)]);
  return {
    rows: rows.length,
    bucket,
    noise: Float32Array.from(noise),
    texts: rows.map((row) => goldenTexts[row] as BigInt64Array<ArrayBuffer>),
    sentenceOf: rows.map((_, at) => at),
  };
}
const goldenBatch = batchOf([0, 1, 2, 3, 4, 5, 6, 7]);
const NEVER = new AbortController().signal;
const UNAVAILABLE = { code: 'backend_unavailable', status: 503 };

const opened: InferenceProcess[] = [];
function open(options: Partial<InferenceProcessOptions> = {}): InferenceProcess {
  const inference = createInferenceProcess({
    modelDirectory: EMOJI_MODEL,
    digest: model.digest,
    imageSize: model.generator.imageSize,
    buckets: [1, 8],
    textCacheBytes: 2 ** 20,
    threads: 1,
    ...options,
  });
  opened.push(inference);
  return inference;
}

/** The pictures of a batch, read as their readers do, and their memory given back. */
async function imagesOf(result: Promise<InferenceResult>, rows: number): Promise<Float32Array> {
  const { pictures, release } = await result;
  const images = new Uint8Array(rows * pictures.rowBytes);
  expect(readSync(pictures.fd, images, 0, images.length, pictures.position)).toBe(images.length);
  release();
  return new Float32Array(images.buffer);
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
    inference = open({ hangLimitMs: 20_000, onRestart: (event) => restarts.resolve(event) });
    expect(inference.isReady()).toBe(false);
    await inference.ready;
  });

  afterEach(() => vi.unstubAllEnvs());
  afterAll(async () => {
    await Promise.all(opened.map((one) => one.close()));
  });

  it('gives the golden images', async () => {
    expect(inference.isReady()).toBe(true);
    const running = inference.generate(goldenBatch, NEVER);
    const images = await imagesOf(running, ROWS);
    const { textEncoderMs, generatorMs } = await running;
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
    const refused = inference.generate({ ...batchOf([0]), texts: [tooManyTokens] }, NEVER);
    await expect(refused).rejects.toMatchObject({ code: 'internal_error' });
    await imagesOf(inference.generate(goldenBatch, NEVER), ROWS);
  });

  it('makes a row the same alone, beside others and beside padding, bit for bit', async () => {
    const alone = await imagesOf(inference.generate(batchOf([2]), NEVER), 1);
    for (const [rows, bucket, at] of [
      [[2, 5], 2, 0],
      [[7, 1, 2], 4, 2],
      [[2], 8, 0],
      [[0, 1, 3, 2, 4, 5, 6, 7], 32, 3],
    ] as const) {
      const images = await imagesOf(inference.generate(batchOf(rows, bucket), NEVER), rows.length);
      expect(images.slice(at * alone.length, (at + 1) * alone.length), `${rows} of ${bucket}`).toEqual(alone);
    }
  });

  it('makes the same of stages that all have one sentence, and of a blend that is one text, bit for bit', async () => {
    const plain = await imagesOf(inference.generate(batchOf([2, 5, 7]), NEVER), 3);
    const steered: InferenceBatch = {
      ...batchOf([2, 5, 7], 8),
      blends: [[[1, 1_000_000]]],
      // Row 0: its own text in every stage; row 1: the blend in some, and in the others its text; row 2: no stages.
      stagesOf: [[0, 0, 0, 0, 0], [1, 3, 3, 1, 3], undefined],
    };
    expect(await imagesOf(inference.generate(steered, NEVER), 3)).toEqual(plain);
    const others = { ...steered, stagesOf: [[0, 0, 0, 0, 1], undefined, [0, 2, 2, 2, 2]] };
    const images = await imagesOf(inference.generate(others, NEVER), 3);
    const rowOf = (all: Float32Array, row: number) =>
      all.slice((row * all.length) / 3, ((row + 1) * all.length) / 3);
    expect(
      [0, 1, 2].map(
        (row) =>
          Buffer.compare(Buffer.from(rowOf(images, row).buffer), Buffer.from(rowOf(plain, row).buffer)) === 0,
      ),
    ).toEqual([false, true, false]);
  });

  it('encodes a prompt once for all rows of a batch, and remembers it', async () => {
    const [text] = [BigInt64Array.of(1688n, 77n, 78n, 79n, 80n, 1689n)];
    const twice: InferenceBatch = { ...batchOf([0, 1]), texts: [text], sentenceOf: [0, 0] };
    const first = inference.generate(twice, NEVER);
    const images = await imagesOf(first, 2);
    expect((await first).encodedTexts).toBe(1);
    const again = inference.generate(twice, NEVER);
    expect(await imagesOf(again, 2)).toEqual(images);
    expect((await again).encodedTexts).toBe(0);
    const mixed = inference.generate(
      { ...batchOf([0, 1]), texts: [text, BigInt64Array.of(1688n, 9n, 1689n)] },
      NEVER,
    );
    expect((await imagesOf(mixed, 2)).slice(0, images.length / 2)).toEqual(
      images.slice(0, images.length / 2),
    );
    expect((await mixed).encodedTexts).toBe(1);
  });

  it('forgets prompts rather than pass its bound', async () => {
    const forgetful = open({ textCacheBytes: 0 });
    for (const _ of [1, 2]) {
      const running = forgetful.generate(batchOf([0]), NEVER);
      await imagesOf(running, 1);
      expect((await running).encodedTexts).toBe(1);
    }
  });

  it('waits for memory to put pictures into, and takes what is given back', async () => {
    const held = await Promise.all([0, 1, 2].map((row) => inference.generate(batchOf([row]), NEVER)));
    const deadline = new AbortController();
    const late = inference.generate(batchOf([3]), deadline.signal);
    const patient = inference.generate(batchOf([4]), NEVER);
    deadline.abort(new Error('too late'));
    await expect(late).rejects.toThrow('too late');
    held[1]?.release();
    held[1]?.release();
    expect((await patient).pictures.position).toBe(held[1]?.pictures.position);
    held[0]?.release();
    held[2]?.release();
    (await patient).release();
  });

  it('says what each bucket takes, and gives up buckets that gain nothing', async () => {
    const times = await inference.ready;
    expect(times.map(({ bucket }) => bucket)).toEqual([1, 8]);
    for (const { ms } of times) expect(ms).toBeGreaterThan(0);
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
    for (const one of waiting) await imagesOf(one, ROWS);
    expect(inference.isReady()).toBe(true);
    expect(inference.pid()).not.toBe(pid);
  });

  it('takes the first provider that runs its model, and says why it took no other', async () => {
    const report = Promise.withResolvers<LoadReport>();
    const fallen = open({ providers: ['cuda', 'cpu'], buckets: [1], onLoad: report.resolve });
    await fallen.ready;
    expect(await report.promise).toMatchObject({
      provider: 'cpu',
      refused: [{ provider: 'cuda', reason: expect.stringContaining('model ') }],
    });
    await imagesOf(fallen.generate(batchOf([0]), NEVER), 1);
  });

  it('cannot be loaded where no provider runs its model', async () => {
    const { ready } = open({ providers: ['cuda', 'webgpu'], environment: { VK_DRIVER_FILES: '/nowhere' } });
    await expect(ready).rejects.toThrow(/no provider runs it: cuda: .*; webgpu: /su);
  });

  it('does not measure again what its predecessor measured', async () => {
    const reports: LoadReport[] = [];
    const loads = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const inference = open({ onLoad: (report) => loads[reports.push(report) - 1]?.resolve() });
    await loads[0]?.promise;
    process.kill(inference.pid() as number, 'SIGKILL');
    await loads[1]?.promise;
    expect(reports[1]).toEqual(reports[0]);
  });

  it('gives up a replacement that hangs before it is ready', async () => {
    const modelDirectory = copyModel();
    const loads = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const died: RestartEvent[] = [];
    let loaded = 0;
    const inference = open({
      modelDirectory,
      buckets: [1],
      program: new URL('hanging-child.ts', import.meta.url),
      onLoad: () => loads[loaded++]?.resolve(),
      onRestart: (event) => died.push(event),
    });
    try {
      await loads[0]?.promise;
      process.kill(inference.pid() as number, 'SIGKILL');
      await vi.waitFor(() => expect(died).toHaveLength(1));
      await imagesOf(inference.generate(batchOf([0]), NEVER), 1);
      expect(died).toHaveLength(2);
    } finally {
      rmSync(modelDirectory, { recursive: true });
      rmSync(`${modelDirectory}.hung`, { force: true });
    }
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
    const hanging = open({ hangLimitMs: 200, onRestart: event.resolve });
    await hanging.ready;
    process.kill(hanging.pid() as number, 'SIGSTOP');
    await expect(hanging.generate(goldenBatch, NEVER)).rejects.toMatchObject(UNAVAILABLE);
    expect(await event.promise).toMatchObject({ reason: 'SIGKILL' });
  });

  it.runIf(process.platform === 'linux')(
    'gives its process the environment that it is given, with telemetry off, and no more',
    async () => {
      vi.stubEnv('SECRET_OF_THE_PARENT', 'not for children');
      const bare = open();
      const given = open({ environment: { OMP_NUM_THREADS: '1' } });
      await Promise.all([bare.ready, given.ready]);
      expect(variablesOf(bare.pid())).toEqual(['ORT_DISABLE_TELEMETRY']);
      expect(variablesOf(given.pid())).toEqual(['OMP_NUM_THREADS', 'ORT_DISABLE_TELEMETRY']);
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
      const inference = createInferenceProcess({
        modelDirectory: ${JSON.stringify(EMOJI_MODEL)},
        digest: ${JSON.stringify(model.digest)},
        imageSize: 64, buckets: [1], textCacheBytes: 0, threads: 1,
      });
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
