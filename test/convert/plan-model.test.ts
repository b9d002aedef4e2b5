import { beforeAll, describe, expect, it } from 'vitest';
import type { Checkpoint } from '../../gpu-backend/convert/checkpoint/checkpoint.ts';
import { CheckpointError } from '../../gpu-backend/convert/checkpoint/checkpoint-error.ts';
import { type ModelPlan, planModel } from '../../gpu-backend/convert/plan-model.ts';
import { huggingFaceClip } from '../fixtures/checkpoints/hugging-face-clip.ts';
import {
  float32Tensor,
  readTensors,
  type TensorData,
  type TensorMap,
} from '../fixtures/checkpoints/stored-tensors.ts';
import { EMOJI_CHECKPOINT } from '../fixtures/emoji-checkpoint.ts';

const G = 'model/netG/';
let generator: TensorMap;
let clip: TensorMap;

beforeAll(() => {
  generator = readTensors(EMOJI_CHECKPOINT.generator);
  clip = readTensors(EMOJI_CHECKPOINT.clip);
});

const zeros = (...shape: number[]): TensorData =>
  float32Tensor(shape, new Float32Array(shape.reduce((product, length) => product * length, 1)));

type Changes = Readonly<Record<string, TensorData | undefined>>;

/** The tensors with some of them replaced, added or (undefined) taken away. */
function changed(tensors: TensorMap, changes: Changes): TensorMap {
  const all = [...Object.entries(Object.fromEntries(tensors)), ...Object.entries(changes)];
  return new Map(
    Object.entries(Object.fromEntries(all)).flatMap(([name, tensor]) => (tensor ? [[name, tensor]] : [])),
  );
}

/** The change that takes away all that begins so. */
function without(tensors: TensorMap, start: string): Changes {
  const names = [...tensors.keys()].filter((name) => name.startsWith(start));
  return Object.fromEntries(names.map((name) => [name, undefined]));
}

function checkpoint(file: string, tensors: TensorMap): Checkpoint {
  const entries = [...tensors].map(([name, { dtype, shape, bytes }]) => {
    return [name, { dtype, shape, read: () => new Uint8Array(bytes) }] as const;
  });
  return { file, tensors: new Map(entries), close() {} };
}

function plan(generatorTensors: TensorMap, clipTensors: TensorMap): ModelPlan {
  return planModel(checkpoint('g.pth', generatorTensors), checkpoint('clip.pt', clipTensors), {
    precision: 'fp32',
    halfWeights: false,
    passes: [],
    imageMean: [0.5, 0.5, 0.5],
    imageStd: [0.5, 0.5, 0.5],
    stageOutputs: false,
  });
}

function refusal(generatorTensors: TensorMap, clipTensors: TensorMap): string {
  try {
    plan(generatorTensors, clipTensors);
  } catch (error) {
    if (error instanceof CheckpointError) return error.message;
    throw error;
  }
  return 'accepted';
}

describe('planModel reads the architecture from shapes', () => {
  it('of emoji-v0', () => {
    const { generator: sizes, text, vision, ignoredTensors } = plan(generator, clip);
    expect(sizes).toEqual({
      noiseDim: 100,
      sentenceDim: 128,
      imageSize: 64,
      stages: 5,
      gridSize: 8,
      channels: [192, 96, 48, 24],
      promptTokens: 4,
    });
    expect(text).toEqual({ contextLength: 32, vocabSize: 1690, width: 128, blocks: 3, heads: 2 });
    expect(vision).toEqual({ imageSize: 64, patchSize: 8, width: 128, blocks: 6, heads: 2 });
    expect(ignoredTensors).toEqual({
      'g.pth: model/netD/*': 17,
      'g.pth: model/netC/*': 2,
      'g.pth: mapping.CLIP_ViT.conv1.weight': 1,
      'clip.pt: logit_scale': 1,
    });
  });

  it('and leaves out what OpenAI’s TorchScript archive and training add', () => {
    const more = {
      input_resolution: zeros(),
      context_length: zeros(),
      vocab_size: zeros(),
      attn_mask: zeros(32, 32),
    };
    const training = { 'optimizers/optimizer_G/state/0/exp_avg': zeros(3) };
    const { ignoredTensors } = plan(changed(generator, training), changed(clip, more));
    expect(ignoredTensors).toMatchObject({
      'clip.pt: input_resolution': 1,
      'clip.pt: context_length': 1,
      'clip.pt: vocab_size': 1,
      'clip.pt: attn_mask': 1,
      'g.pth: optimizers/*': 1,
    });
  });
});

describe('planModel refuses, by name, generators with', () => {
  it.each<[string, () => Changes, string]>([
    [
      'a tensor too many',
      () => ({ [`${G}extra.weight`]: zeros(1) }),
      'g.pth: tensors that this model has no use for: extra.weight',
    ],
    ['another network', () => ({ 'model/netX/w': zeros(1) }), 'no use for: model/netX/w'],
    [
      'a gap in the GBlocks',
      () => without(generator, `${G}GBlocks.1.`),
      'tensor GBlocks.1.c1.weight is missing; expected [to, from, 3, 3]',
    ],
    [
      'a tensor missing',
      () => ({ [`${G}GBlocks.2.fuse1.affine0.fc_gamma.linear2.bias`]: undefined }),
      'tensor GBlocks.2.fuse1.affine0.fc_gamma.linear2.bias is missing; expected [96]',
    ],
    [
      'no GBlock',
      () => without(generator, `${G}GBlocks.`),
      'tensors GBlocks.0.… are missing; expected one or more',
    ],
    [
      'another shape',
      () => ({ [`${G}mapping.conv.weight`]: zeros(192, 128, 3, 3) }),
      'tensor mapping.conv.weight has shape [192, 128, 3, 3]; expected [192, 128, 5, 5]',
    ],
    [
      'a picture of four channels',
      () => ({ [`${G}to_rgb.1.weight`]: zeros(4, 24, 3, 3) }),
      'tensor to_rgb.1.weight has shape [4, 24, 3, 3]; expected [3, 24, 3, 3]',
    ],
    [
      'a shape with another number of axes',
      () => ({ [`${G}fc_code.weight`]: zeros(100) }),
      'tensor fc_code.weight has shape [100]; expected [code, noise]',
    ],
    [
      'positions that are no square',
      () => ({ [`${G}mapping.CLIP_ViT.positional_embedding`]: zeros(60, 128) }),
      'tensor mapping.CLIP_ViT.positional_embedding has 60 rows; expected 1 + a square number',
    ],
    [
      'a patch that is no square',
      () => ({ [`${G}mapping.CLIP_ViT.conv1.weight`]: zeros(128, 3, 8, 4) }),
      'has shape [128, 3, 8, 4]; expected [width, 3, patch, patch]',
    ],
    [
      'a width that is no whole number of heads',
      () => ({ [`${G}mapping.CLIP_ViT.conv1.weight`]: zeros(96, 3, 8, 8) }),
      'gives width 96; expected a multiple of 64',
    ],
    [
      'more prompts than blocks',
      () => ({ [`${G}mapping.fc_prompt.weight`]: zeros(128 * 6, 228) }),
      'tensor mapping.fc_prompt.weight has 768 rows',
    ],
    [
      'no room for a sentence',
      () => ({ [`${G}mapping.fc_prompt.weight`]: zeros(512, 100) }),
      'has no room for a sentence',
    ],
    [
      'too many GBlocks',
      () => ({ [`${G}mapping.CLIP_ViT.conv1.weight`]: zeros(128, 3, 2, 2) }),
      '4 GBlocks are too many for pictures of 16 pixels',
    ],
  ])('%s', (_, changes, reason) => {
    expect(refusal(changed(generator, changes()), clip)).toContain(reason);
  });

  it('nothing of a generator in it', () => {
    expect(refusal(clip, clip)).toContain('g.pth: there is no generator in it');
  });

  it('two generators in it', () => {
    const twice = changed(generator, { 'fc_code.weight': zeros(1, 1) });
    expect(refusal(twice, clip)).toContain('there is more than one generator in it');
  });
});

describe('planModel refuses, by name, CLIPs with', () => {
  it.each<[string, () => Changes, string]>([
    [
      'a tensor too many',
      () => ({ 'visual.extra': zeros(1) }),
      'clip.pt: tensors that this model has no use for: visual.extra',
    ],
    ['a tensor missing', () => ({ 'visual.proj': undefined }), 'tensor visual.proj is missing'],
    ['no text block', () => without(clip, 'transformer.'), 'tensors transformer.resblocks.0.… are missing'],
    [
      'sentences that the generator cannot take',
      () => ({ text_projection: zeros(128, 64) }),
      'makes sentences of 64 values; the generator in g.pth takes 128',
    ],
  ])('%s', (_, changes, reason) => {
    expect(refusal(generator, changed(clip, changes()))).toContain(reason);
  });

  const layer = 'text_model.encoder.layers.1.self_attn';
  it.each<[string, Changes, string]>([
    [
      'no key projection',
      { [`${layer}.k_proj.weight`]: undefined },
      `tensor ${layer}.k_proj.weight is missing; expected [128, 128]`,
    ],
    [
      'a value projection of another shape',
      { [`${layer}.v_proj.bias`]: zeros(64) },
      `tensor ${layer}.v_proj.bias has shape [64]; expected [128]`,
    ],
    [
      'no query projection',
      { [`${layer}.q_proj.weight`]: undefined },
      'tensor transformer.resblocks.1.attn.in_proj_weight is missing',
    ],
    ['both names of a tensor', { 'visual.proj': zeros(128, 128) }, 'tensor visual.proj stands twice'],
    ['a tensor too many', { 'vision_model.extra': zeros(1) }, 'no use for: vision_model.extra'],
  ])('Hugging Face’s names and %s', (_, changes, reason) => {
    expect(refusal(generator, changed(huggingFaceClip(clip), changes))).toContain(reason);
  });
});
