import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ConvertOptions } from '../../gpu-backend/convert/convert-options.ts';
import { huggingFaceClip } from '../fixtures/checkpoints/hugging-face-clip.ts';
import { halved, readTensors, type TensorMap } from '../fixtures/checkpoints/stored-tensors.ts';
import { safetensorsFile, torchFile } from '../fixtures/checkpoints/tensor-files.ts';
import { convertEmoji } from '../fixtures/convert-emoji.ts';
import { EMOJI_CHECKPOINT } from '../fixtures/emoji-checkpoint.ts';
import { goldenEmoji } from '../fixtures/golden-emoji.ts';
import { readNpy } from '../fixtures/npy.ts';
import { psnrOf } from '../fixtures/numeric-distance.ts';
import { type Floats, floats, runOnnx, valuesOf } from '../fixtures/onnx-run.ts';

/** Lowest PSNR of a picture from 16-bit weights against the one from float32. */
const MIN_FP16_PSNR_DB = 40;
/** bfloat16 keeps three bits fewer of each weight: 18 dB. */
const MIN_BF16_PSNR_DB = MIN_FP16_PSNR_DB - 18;

let folder: string;
let generator: TensorMap;
let clip: TensorMap;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'galip-variants-'));
  generator = readTensors(EMOJI_CHECKPOINT.generator, 'model/netG/');
  clip = readTensors(EMOJI_CHECKPOINT.clip);
});
afterAll(() => rmSync(folder, { recursive: true }));

function stored(name: string, bytes: Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

function withModule(tensors: TensorMap): TensorMap {
  return new Map([...tensors].map(([name, tensor]) => [`module.${name}`, tensor]));
}

async function digestsOf(changes: Partial<ConvertOptions>): Promise<readonly string[]> {
  await using model = await convertEmoji(changes);
  const { files } = model.manifest;
  return Object.values(files).map(({ sha256 }) => sha256);
}

/** The golden prompts' pictures. */
async function picturesOf(changes: Partial<ConvertOptions>): Promise<Floats> {
  await using model = await convertEmoji(changes);
  const noise = readNpy<Float32Array>(goldenEmoji('noise.npy'));
  const sentence = readNpy<Float32Array>(goldenEmoji('text_embedding.npy'));
  const { image } = await runOnnx(join(model.directory, 'generator.onnx'), {
    noise: floats(noise.data, noise.shape),
    sentence: floats(sentence.data, sentence.shape),
    stage_conditions: floats(new Float32Array(), [noise.shape[0] ?? 0, 0, 228]),
  });
  return valuesOf(image);
}

describe('the same weights in another checkpoint give the same files', () => {
  it.each<[string, () => Partial<ConvertOptions>]>([
    ['a second time', () => ({})],
    ['bare', () => ({ generator: stored('bare.pth', torchFile(generator)) })],
    ['under netG', () => ({ generator: stored('netg.pth', torchFile(generator, ['netG'])) })],
    [
      'saved from several GPUs',
      () => ({
        generator: stored('module.pth', torchFile(withModule(generator), ['model', 'netG'])),
      }),
    ],
    ['as safetensors', () => ({ generator: stored('generator.safetensors', safetensorsFile(generator)) })],
    ['with CLIP as safetensors', () => ({ clip: stored('clip.safetensors', safetensorsFile(clip)) })],
    [
      'with CLIP from training',
      () => ({
        clip: stored('clip-training.pt', torchFile(withModule(clip), ['state_dict'])),
      }),
    ],
    [
      'with CLIP under Hugging Face’s names',
      () => ({
        clip: stored('hf.safetensors', safetensorsFile(huggingFaceClip(clip))),
      }),
    ],
  ])('%s', async (_, changes) => {
    expect(await digestsOf(changes())).toEqual(await digestsOf({}));
  });
});

describe('in fewer bits the pictures stay near', () => {
  let plain: Floats;
  beforeAll(async () => {
    plain = await picturesOf({});
  });

  it('computed in fp16', async () => {
    expect(psnrOf(await picturesOf({ precision: 'fp16' }), plain)).toBeGreaterThanOrEqual(MIN_FP16_PSNR_DB);
  });

  it.each([
    ['float16', MIN_FP16_PSNR_DB],
    ['bfloat16', MIN_BF16_PSNR_DB],
  ] as const)('stored in %s', async (dtype, minPsnrDb) => {
    const halves = new Map([...generator].map(([name, tensor]) => [name, halved(tensor, dtype)]));
    const file = stored(`${dtype}.pth`, torchFile(halves, ['model', 'netG']));
    expect(psnrOf(await picturesOf({ generator: file }), plain)).toBeGreaterThanOrEqual(minPsnrDb);
  });

  it('stored in float16 and computed in fp16 has the very weights of the checkpoint', async () => {
    // Norms stay float32 in fp16 models: they are not halved, so that both ways end at the same values.
    const halves = new Map(
      [...generator].map(([name, tensor]) => [
        name,
        name.includes('.ln_') ? tensor : halved(tensor, 'float16'),
      ]),
    );
    const file = stored('fp16-norms.pth', torchFile(halves));
    // Passes add weights up before they are rounded, so the sums of rounded ones are others.
    expect(await digestsOf({ generator: file, precision: 'fp16', passes: [] })).toEqual(
      await digestsOf({ precision: 'fp16', passes: [] }),
    );
  });
});
