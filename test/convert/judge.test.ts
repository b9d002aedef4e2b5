import { copyFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Tensor } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { judgeDigestOf, modelDigestOf, modelFilesOf } from '../../gpu-backend/contract/model-card.ts';
import { CheckpointError } from '../../gpu-backend/convert/checkpoint/checkpoint-error.ts';
import { openCheckpoint } from '../../gpu-backend/convert/checkpoint/open-checkpoint.ts';
import type { Graph } from '../../gpu-backend/convert/graph/graph.ts';
import { float32Initialiser } from '../../gpu-backend/convert/graph/initialiser.ts';
import { CLIP_MEAN, CLIP_STD } from '../../gpu-backend/convert/models/pixel-statistics.ts';
import { planJudge } from '../../gpu-backend/convert/plan-judge.ts';
import { type ConvertedModel, convertEmoji } from '../fixtures/convert-emoji.ts';
import { DEFAULT_CHECKPOINT } from '../fixtures/default-checkpoint.ts';
import { EMOJI_CHECKPOINT } from '../fixtures/emoji-checkpoint.ts';
import { goldenDefault } from '../fixtures/golden-default.ts';
import { goldenEmoji } from '../fixtures/golden-emoji.ts';
import { goldenJudge, JUDGE_CHECKPOINT } from '../fixtures/golden-judge.ts';
import { type NpyArray, readNpy } from '../fixtures/npy.ts';
import { maxAbsDifference, minRowCosine } from '../fixtures/numeric-distance.ts';
import { type Floats, floats, runOnnx, valuesOf } from '../fixtures/onnx-run.ts';

/** Of golden pictures in −1 … 1, as the backend makes them of the generator's output. */
function pixelsOf(image: NpyArray<Float32Array>): Floats {
  return image.data.map((value) => Math.min(1, Math.max(0, (value + 1) / 2)));
}

const image = readNpy<Float32Array>(goldenDefault('image.npy'));
const tokens = readNpy<BigInt64Array>(goldenDefault('token_ids.npy'));
/** As `make_golden.py` cuts it out: rows and columns 8 … 56. */
const CROPPED = { from: 8, size: 48 };

function cropped({ shape: [, , height = 0, width = 0] }: NpyArray<Float32Array>, pixels: Floats): Floats {
  const { from, size } = CROPPED;
  return pixels.filter((_, at) => {
    const [row, column] = [Math.floor(at / width) % height, at % width];
    return [row, column].every((place) => place >= from && place < from + size);
  });
}

function expectNear(made: Tensor | undefined, { data, shape }: NpyArray<Float32Array>): void {
  expect(made?.dims).toEqual(shape);
  expect(minRowCosine(valuesOf(made), data, shape[1] ?? 0)).toBeGreaterThanOrEqual(0.9999);
  expect(maxAbsDifference(valuesOf(made), data)).toBeLessThanOrEqual(1e-4);
}

/** The graph with its weights as they were before they were halved. */
function withWholeWeights(graph: Graph): Graph {
  const halved = new Map(
    graph.nodes.flatMap(({ op, inputs: [from = ''], outputs: [to = ''] }) =>
      op === 'Cast' && from === `${to}.float16` ? [[from, to] as const] : [],
    ),
  );
  expect(halved.size).toBeGreaterThan(0);
  return {
    ...graph,
    nodes: graph.nodes.filter(({ inputs: [from = ''] }) => !halved.has(from)),
    initialisers: graph.initialisers.map((initialiser) => {
      const name = halved.get(initialiser.name);
      return name !== undefined && initialiser.tensor
        ? float32Initialiser(name, initialiser.tensor)
        : initialiser;
    }),
  };
}

describe('the judge of emoji-64 in onnxruntime against PyTorch', () => {
  let model: ConvertedModel;
  beforeAll(async () => {
    const judge = { checkpoint: JUDGE_CHECKPOINT, name: 'emoji-64-judge' };
    model = await convertEmoji({ ...DEFAULT_CHECKPOINT, judge });
  });
  afterAll(() => model[Symbol.asyncDispose]());

  it('reads prompts', async () => {
    const { sentence } = await runOnnx(join(model.directory, 'judge-text-encoder.onnx'), {
      token_ids: new Tensor('int64', tokens.data, tokens.shape),
    });
    expectNear(sentence, goldenJudge('judge_sentence'));
  });

  it('sees pictures', async () => {
    const { embedding } = await runOnnx(join(model.directory, 'judge-image-encoder.onnx'), {
      pixels: floats(pixelsOf(image), image.shape),
    });
    expectNear(embedding, goldenJudge('judge_embedding'));
  });

  it('is told by the manifest, shares the tokenizer, and leaves the model’s digest alone', async () => {
    const { manifest, directory } = model;
    const { judge } = manifest;
    if (!judge) throw new Error('no judge');
    expect(judge).toMatchObject({
      name: 'emoji-64-judge',
      vision: { imageSize: 64, width: 48, blocks: 4, imageMean: [0.5, 0.5, 0.5], imageStd: [0.5, 0.5, 0.5] },
      text: { contextLength: 32, vocabSize: 2048, startToken: 2046, endToken: 2047 },
      sources: [{ name: 'clip.pth' }, { name: 'tokenizer.json' }],
      ignoredTensors: { 'clip.pth: logit_scale': 1, 'clip.pth: *.num_batches_tracked': 13 },
    });
    expect(Object.keys(judge.files).sort()).toEqual(['judge-image-encoder.onnx', 'judge-text-encoder.onnx']);
    expect(judge.digest).toBe(await judgeDigestOf(judge, manifest));
    const { judge: _, ...without } = manifest;
    expect(await modelDigestOf(without)).toBe(manifest.digest);
    for (const [name, { sizeBytes }] of modelFilesOf(manifest)) {
      expect((await stat(join(directory, name))).size).toBe(sizeBytes);
    }
  });
});

it('the judge of emoji-64 computed in fp16 judges nearly alike', async () => {
  const checkpoint = openCheckpoint(JUDGE_CHECKPOINT);
  onTestFinished(() => checkpoint.close());
  const { graphs } = planJudge(checkpoint, {
    ...{ floatType: 'float16', pictureSize: 64, imageSize: 64 },
    ...{ imageMean: [0.5, 0.5, 0.5], imageStd: [0.5, 0.5, 0.5] },
  });
  const { embedding } = await runOnnx(graphs['judge-image-encoder.onnx'], {
    pixels: floats(pixelsOf(image), image.shape),
  });
  const { data, shape } = goldenJudge('judge_embedding');
  expect(minRowCosine(valuesOf(embedding), data, shape[1] ?? 0)).toBeGreaterThanOrEqual(0.999);
});

describe('a judge that is a vision transformer', () => {
  it('gets pictures of its size, and another tokenizer’s file', async () => {
    const judge = { checkpoint: EMOJI_CHECKPOINT.clip, name: 'emoji-v0' };
    await using model = await convertEmoji({ ...DEFAULT_CHECKPOINT, judge });
    const own = readNpy<Float32Array>(goldenEmoji('image.npy'));
    expect(model.manifest.judge?.vision).toMatchObject({ imageSize: 64, patchSize: 8 });
    expect(await readFile(join(model.directory, 'judge-tokenizer.json'))).toEqual(
      await readFile(EMOJI_CHECKPOINT.tokenizer),
    );
    // Its statistics stand in no file beside it: CLIP's are taken, and the golden ones are fed in their place.
    expect(model.manifest.judge?.vision).toMatchObject({ imageMean: CLIP_MEAN, imageStd: CLIP_STD });
    const plane = own.shape.slice(2).reduce((product, length) => product * length, 1);
    const fed = pixelsOf(own).map((value, at) => {
      const channel = Math.floor(at / plane) % 3;
      return ((value - 0.5) / 0.5) * (CLIP_STD[channel] ?? 1) + (CLIP_MEAN[channel] ?? 0);
    });
    const { embedding } = await runOnnx(join(model.directory, 'judge-image-encoder.onnx'), {
      pixels: floats(fed, own.shape),
    });
    expectNear(embedding, readNpy(goldenEmoji('image_embedding.npy')));
    const ids = readNpy<BigInt64Array>(goldenEmoji('token_ids.npy'));
    const { sentence } = await runOnnx(join(model.directory, 'judge-text-encoder.onnx'), {
      token_ids: new Tensor('int64', ids.data, ids.shape),
    });
    expectNear(sentence, readNpy(goldenEmoji('text_embedding.npy')));
  });

  it('enlarges pictures that are smaller', async () => {
    const checkpoint = openCheckpoint(DEFAULT_CHECKPOINT.clip);
    onTestFinished(() => checkpoint.close());
    const { graphs } = planJudge(checkpoint, {
      floatType: 'float32',
      pictureSize: CROPPED.size,
      imageMean: [0.5, 0.5, 0.5],
      imageStd: [0.5, 0.5, 0.5],
    });
    const [batch = 0] = image.shape;
    const pixels = floats(cropped(image, pixelsOf(image)), [batch, 3, CROPPED.size, CROPPED.size]);
    const { embedding } = await runOnnx(graphs['judge-image-encoder.onnx'], { pixels });
    expectNear(embedding, goldenJudge('vit_embedding'));
  });
});

describe('weights that a file keeps in float16', () => {
  it('make the very bits that float32 ones make', async () => {
    const checkpoint = openCheckpoint(JUDGE_CHECKPOINT);
    onTestFinished(() => checkpoint.close());
    const { graphs } = planJudge(checkpoint, {
      ...{ floatType: 'float32', pictureSize: 64, imageSize: 64 },
      ...{ imageMean: [0.5, 0.5, 0.5], imageStd: [0.5, 0.5, 0.5] },
    });
    const graph = graphs['judge-image-encoder.onnx'];
    const feeds = { pixels: floats(pixelsOf(image), image.shape) };
    const [half, whole] = [await runOnnx(graph, feeds), await runOnnx(withWholeWeights(graph), feeds)];
    expect(maxAbsDifference(valuesOf(half.embedding), valuesOf(whole.embedding))).toBe(0);
    const text = graphs['judge-text-encoder.onnx'];
    const ids = { token_ids: new Tensor('int64', tokens.data, tokens.shape) };
    const sentences = [await runOnnx(text, ids), await runOnnx(withWholeWeights(text), ids)] as const;
    expect(maxAbsDifference(valuesOf(sentences[0].sentence), valuesOf(sentences[1].sentence))).toBe(0);
  });
});

describe('a judge is refused', () => {
  const refusal = async (checkpoint: string): Promise<unknown> => {
    try {
      await using _ = await convertEmoji({ ...DEFAULT_CHECKPOINT, judge: { checkpoint, name: 'judge' } });
      return undefined;
    } catch (error) {
      return error;
    }
  };

  it('where it is the model’s own CLIP', async () => {
    const error = await refusal(DEFAULT_CHECKPOINT.clip);
    expect(error).toBeInstanceOf(CheckpointError);
    expect((error as Error).message).toContain('is the model’s CLIP: --judge must be another');
  });

  it.each<[string, string | undefined, string]>([
    ['nothing tells the size of its pictures', undefined, 'image_size the JSON beside it must tell'],
    ['what stands beside it is no JSON', 'image_size: 64', 'clip.json: is not JSON'],
    ['its deviation is 0', '{"clip": {"image_std": [0, 1, 1]}}', 'image_std'],
  ])('where %s', async (_, described, message) => {
    const folder = await mkdtemp(join(tmpdir(), 'galip-judge-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    await copyFile(JUDGE_CHECKPOINT, join(folder, 'clip.pth'));
    if (described !== undefined) await writeFile(join(folder, 'clip.json'), described);
    const error = await refusal(join(folder, 'clip.pth'));
    expect(error).toBeInstanceOf(CheckpointError);
    expect((error as Error).message).toContain(message);
  });
});
