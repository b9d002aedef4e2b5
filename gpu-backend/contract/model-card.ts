import { z } from 'zod';
import { sha256Hex } from './hex.ts';

const digest = z.string().regex(/^[0-9a-f]{64}$/u, 'must be 64 hex digits');
const positive = z.int().positive();

const fileSchema = z.strictObject({ sha256: digest, sizeBytes: positive });

/** The converted files, by base name. */
const sourcesSchema = z.array(z.strictObject({ name: z.string(), sha256: digest }));
/** Tensors of the checkpoints that were deliberately left out, as glob-like names with their number. */
const ignoredTensorsSchema = z.record(z.string(), z.int().nonnegative());
const perChannelSchema = z.tuple([z.number(), z.number(), z.number()]);

const textSchema = z.strictObject({
  /** Token ids a prompt may have, start and end token included. */
  contextLength: positive,
  vocabSize: positive,
  width: positive,
  blocks: positive,
  heads: positive,
  startToken: z.int().nonnegative(),
  endToken: z.int().nonnegative(),
  padToken: z.int().nonnegative(),
});

/** A CLIP's image encoder that is a vision transformer. */
const visionSchema = z.strictObject({
  imageSize: positive,
  patchSize: positive,
  width: positive,
  blocks: positive,
  heads: positive,
  /** Per channel, of pixels in 0 … 1. */
  imageMean: perChannelSchema,
  imageStd: perChannelSchema,
});

/** One of residual convolutions. @see ../training/galip_training/resnet_tower.py */
const residualVisionSchema = z.strictObject({
  imageSize: positive,
  /** Channels of the first of four stages; each of the others doubles them. */
  width: positive,
  /** Residual blocks in all. */
  blocks: positive,
  imageMean: perChannelSchema,
  imageStd: perChannelSchema,
});

/** A CLIP beside the model's own, which scores pictures and took no part in the generator's training. */
export const judgeManifestSchema = z.strictObject({
  /** By which people know it. */
  name: z.string().regex(/^[a-z0-9][a-z0-9.-]{0,62}$/u),
  /** Digest of all that decides a score but the picture. @see judgeDigestOf */
  digest,
  text: textSchema,
  /** Sizes of its own: its graph takes the model's pictures as they are. */
  vision: z.union([visionSchema, residualVisionSchema]),
  sources: sourcesSchema,
  ignoredTensors: ignoredTensorsSchema,
  files: z.strictObject({
    'judge-text-encoder.onnx': fileSchema,
    'judge-image-encoder.onnx': fileSchema,
    /** Absent where the judge reads tokens as the model does. */
    'judge-tokenizer.json': fileSchema.optional(),
  }),
});

/** `model.json` of a model directory: what the converter writes and the backend loads. */
export const modelManifestSchema = z.strictObject({
  schemaVersion: z.literal(1),
  /** Name in the API: lower case letters, digits, dots and dashes. */
  id: z.string().regex(/^[a-z0-9][a-z0-9.-]{0,62}$/u),
  /** Digest of all that decides a picture. @see modelDigestOf */
  digest,
  architecture: z.literal('galip'),
  /**
   * In which the graphs compute; inputs and outputs are float32 always. int8 is that of the generator's GBlocks; everything
   * else is float32 then.
   */
  precision: z.enum(['fp32', 'fp16', 'int8']),
  /** Licence of the weights: an SPDX expression or a sentence. */
  licence: z.string().min(1),
  commercialUse: z.boolean(),
  /** With int8: how near its pictures come to float32's. */
  quantisation: z
    .strictObject({
      /** Prompts whose pictures set the scales. */
      calibrationPrompts: positive,
      /** Other prompts, whose pictures were compared. */
      measuredPrompts: positive,
      /** Peak signal-to-noise ratio of these pictures against float32's, dB. */
      psnrDb: z.number(),
    })
    .optional(),
  provenance: z.strictObject({
    sources: sourcesSchema,
    converter: z.string(),
    /** Rewrites of the generator's graph that the converter applied. */
    passes: z.array(z.string()).default([]),
    ignoredTensors: ignoredTensorsSchema,
  }),
  generator: z.strictObject({
    noiseDim: positive,
    sentenceDim: positive,
    /** Native edge of the square picture, pixels. */
    imageSize: positive,
    /** Conditioned stages of `stage_conditions`: the mapper, then each GBlock. */
    stages: positive,
    gridSize: positive,
    channels: z.array(positive),
    promptTokens: positive,
  }),
  text: textSchema,
  vision: visionSchema,
  judge: judgeManifestSchema.optional(),
  files: z.strictObject({
    'generator.onnx': fileSchema,
    'text-encoder.onnx': fileSchema,
    'image-encoder.onnx': fileSchema,
    'tokenizer.json': fileSchema,
  }),
});

export type ModelManifest = z.infer<typeof modelManifestSchema>;

export type JudgeManifest = z.infer<typeof judgeManifestSchema>;

type FileEntry = z.infer<typeof fileSchema>;

/** All files of a model directory but `model.json` and notices. */
export type ModelFileName = keyof ModelManifest['files'] | keyof JudgeManifest['files'];

/** Every file that the manifest names. */
export function modelFilesOf({
  files,
  judge,
}: Pick<ModelManifest, 'files' | 'judge'>): ReadonlyMap<ModelFileName, FileEntry> {
  const entries = Object.entries({ ...files, ...judge?.files });
  return new Map(entries.filter(([, file]) => file !== undefined) as [ModelFileName, FileEntry][]);
}

const DIGEST_SCHEME = 'galip-edge/model/1';
const PICTURE_FILES = ['tokenizer.json', 'text-encoder.onnx', 'generator.onnx'] as const;

/** Those parts of the manifest that decide a picture. */
export interface PictureManifest {
  readonly generator: ModelManifest['generator'];
  readonly text: ModelManifest['text'];
  readonly files: Pick<ModelManifest['files'], (typeof PICTURE_FILES)[number]>;
}

/**
 * The model's digest: SHA-256 over a JSON array of all that decides a picture, in fixed order: the sizes and tokens by
 * which the backend feeds the graphs, and the digests of the files. The image encoder and the second judge score pictures
 * and do not make them, so they are left out; so are name, licence and provenance.
 */
export function modelDigestOf({ generator, text, files }: PictureManifest): Promise<string> {
  return sha256Hex(
    JSON.stringify([
      DIGEST_SCHEME,
      [
        generator.noiseDim,
        generator.sentenceDim,
        generator.imageSize,
        generator.stages,
        generator.gridSize,
        generator.channels,
        generator.promptTokens,
      ],
      [
        text.contextLength,
        text.vocabSize,
        text.width,
        text.blocks,
        text.heads,
        text.startToken,
        text.endToken,
        text.padToken,
      ],
      PICTURE_FILES.map((name) => files[name].sha256),
    ]),
  );
}

const JUDGE_SCHEME = 'galip-edge/judge/1';

/** The digest of a judge: SHA-256 over a JSON array of its tokens' numbers and the digests of its files. */
export function judgeDigestOf(
  { text, files }: Pick<JudgeManifest, 'text' | 'files'>,
  model: Pick<ModelManifest, 'files'>,
): Promise<string> {
  const tokenizer = files['judge-tokenizer.json'] ?? model.files['tokenizer.json'];
  return sha256Hex(
    JSON.stringify([
      JUDGE_SCHEME,
      [text.contextLength, text.startToken, text.endToken, text.padToken],
      [tokenizer, files['judge-text-encoder.onnx'], files['judge-image-encoder.onnx']].map(
        ({ sha256 }) => sha256,
      ),
    ]),
  );
}

/** What the edge must know of the model to price, fingerprint and describe pictures without asking the backend. */
export const modelCardSchema = z.object({
  id: modelManifestSchema.shape.id,
  digest,
  licence: z.string(),
  commercialUse: z.boolean(),
  /** Native edge of the square picture, pixels. */
  imageSize: positive,
  /** Stages that can have prompts of their own; absent in cards from before there were any: none. */
  stages: positive.optional(),
  /** Digest of the image encoder of the model's own CLIP, which scores its pictures; absent: there is none that could. */
  imageEncoder: digest.optional(),
  /** A second judge of its pictures, which took no part in the generator's training; absent: there is none. */
  judge: judgeManifestSchema.pick({ name: true, digest: true }).optional(),
});

export type ModelCard = z.infer<typeof modelCardSchema>;

/** The manifest's public part. */
export function modelCardOf(manifest: ModelManifest): ModelCard {
  const { id, digest, licence, commercialUse, generator, vision, judge, files } = manifest;
  const { imageSize, stages } = generator;
  const canScore = vision.imageSize === imageSize;
  return {
    ...{ id, digest, licence, commercialUse, imageSize, stages },
    ...(canScore && { imageEncoder: files['image-encoder.onnx'].sha256 }),
    ...(judge && { judge: { name: judge.name, digest: judge.digest } }),
  };
}
