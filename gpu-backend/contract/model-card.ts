import { z } from 'zod';
import { sha256Hex } from './hex.ts';

const digest = z.string().regex(/^[0-9a-f]{64}$/u, 'must be 64 hex digits');
const positive = z.int().positive();

const fileSchema = z.strictObject({ sha256: digest, sizeBytes: positive });

/** `model.json` of a model directory: what the converter writes and the backend loads. */
export const modelManifestSchema = z.strictObject({
  schemaVersion: z.literal(1),
  /** Name in the API: lower case letters, digits, dots and dashes. */
  id: z.string().regex(/^[a-z0-9][a-z0-9.-]{0,62}$/u),
  /** Digest of all that decides a picture. @see modelDigestOf */
  digest,
  architecture: z.literal('galip'),
  /**
   * Weights' precision in the ONNX files; inputs and outputs are float32 always. int8 is that of the generator's GBlocks;
   * everything else is float32 then.
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
    /** The converted files, by base name. */
    sources: z.array(z.strictObject({ name: z.string(), sha256: digest })),
    converter: z.string(),
    /** Rewrites of the generator's graph that the converter applied. */
    passes: z.array(z.string()).default([]),
    /** Tensors of the checkpoints that were deliberately left out, as glob-like names with their number. */
    ignoredTensors: z.record(z.string(), z.int().nonnegative()),
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
  text: z.strictObject({
    /** Token ids a prompt may have, start and end token included. */
    contextLength: positive,
    vocabSize: positive,
    width: positive,
    blocks: positive,
    heads: positive,
    startToken: z.int().nonnegative(),
    endToken: z.int().nonnegative(),
    padToken: z.int().nonnegative(),
  }),
  vision: z.strictObject({
    imageSize: positive,
    patchSize: positive,
    width: positive,
    blocks: positive,
    heads: positive,
    /** Per channel, of pixels in 0 … 1. */
    imageMean: z.tuple([z.number(), z.number(), z.number()]),
    imageStd: z.tuple([z.number(), z.number(), z.number()]),
  }),
  files: z.strictObject({
    'generator.onnx': fileSchema,
    'text-encoder.onnx': fileSchema,
    'image-encoder.onnx': fileSchema,
    'tokenizer.json': fileSchema,
  }),
});

export type ModelManifest = z.infer<typeof modelManifestSchema>;

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
 * which the backend feeds the graphs, and the digests of the files. The image encoder judges pictures and does not make
 * them, so it is left out; so are name, licence and provenance.
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
  /** Digest of the image encoder that scores the model's pictures; absent: there is none that could. */
  imageEncoder: digest.optional(),
});

export type ModelCard = z.infer<typeof modelCardSchema>;

/** The manifest's public part. */
export function modelCardOf(manifest: ModelManifest): ModelCard {
  const { id, digest, licence, commercialUse, generator, vision, files } = manifest;
  const { imageSize, stages } = generator;
  const canScore = vision.imageSize === imageSize;
  return {
    ...{ id, digest, licence, commercialUse, imageSize, stages },
    ...(canScore && { imageEncoder: files['image-encoder.onnx'].sha256 }),
  };
}
