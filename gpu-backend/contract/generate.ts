import { z } from 'zod';
import { promptSchema } from './blend.ts';
import { isCanonicalCondition, stagesSchema } from './condition.ts';
import { IMAGE_FORMAT_NAMES } from './image-format.ts';
import { latentSchema } from './latent.ts';
import { MAX_SEED } from './noise.ts';
import { pictureHashesSchema } from './picture-hashes.ts';

/** Pictures of one call; OpenAI's Images API allows as many. */
export const MAX_IMAGES = 10;
/** Code points of a prompt: CLIP sees at most 77 tokens, a tenth of this. */
export const MAX_PROMPT_CODE_POINTS = 1_000;
/**
 * Of all that conditions a picture, as JSON in UTF-8: eight long prompts. What lies between two conditions may repeat
 * their texts in every stage, and must fit a body.
 */
export const MAX_CONDITION_BYTES = 8 * 1024;
/** Larger than the largest valid body, with room for escapes. */
export const MAX_BODY_BYTES = 64 * 1024;
/** Resampling beyond four times the native size adds bytes, not picture. */
export const MAX_UPSCALE = 4;
/** Below this no picture can be told from another. */
export const MIN_SIZE_PX = 16;

export const seedSchema = z.int().min(0).max(MAX_SEED);

/** A tenant's id, as it stands in the object keys of private pictures. */
export const tenantSchema: z.ZodString = z.string().regex(/^[\w-]{1,64}$/u);

export const modelDigestSchema: z.ZodString = z.string().regex(/^[0-9a-f]{64}$/u);

const ticketSchema = z.uuid();

/**
 * Body of the backend's signed `POST /v1/withdraw`, answered 204 whatever is known of the ticket. The request itself tells
 * what came of it: `superseded` where nothing had begun, else its picture.
 */
export const withdrawRequestSchema = z.strictObject({ ticket: ticketSchema });

/** Body of the backend's signed `POST /v1/generate`. */
export const generateRequestSchema = z.strictObject({
  /** Digest of the model that the caller's fingerprints name. */
  model: modelDigestSchema,
  /** One picture each. */
  images: z
    .array(
      z
        .strictObject({
          /** Canonical prompt. @see canonicalise.ts, blend.ts */
          prompt: promptSchema,
          /** Stages with prompts of their own; absent: none. @see condition.ts */
          stages: stagesSchema.optional(),
          seed: seedSchema,
          /** What is done to the seed's noise; absent: nothing. */
          latent: latentSchema.optional(),
        })
        .refine(isCanonicalCondition, 'has stages that are not in canonical form'),
    )
    .min(1)
    .max(MAX_IMAGES),
  /** Edge of the square picture, pixels. */
  size: z.int().min(MIN_SIZE_PX),
  format: z.enum(IMAGE_FORMAT_NAMES),
  /** Encoder quality; null for lossless formats. */
  quality: z.int().min(1).max(100).nullable(),
  /** Owner of private pictures; absent: they are public. @see fingerprint.ts */
  tenant: tenantSchema.optional(),
  /**
   * On whose behalf: when there is more to do than can be done at once, callers get equal shares. Decides nothing about
   * the picture or its name. Absent: the tenant, or else one caller for all.
   */
  caller: tenantSchema.optional(),
  /**
   * By it the caller may call the request off while it waits for the model (`POST /v1/withdraw`). Absent: it cannot.
   * Decides nothing about the picture.
   */
  ticket: ticketSchema.optional(),
  /**
   * When the answer comes: once the store has acknowledged the pictures, which is how it is where this is left out, or
   * before. Then the answer's tags are null, its bytes may differ from those of another writer who was first (their
   * pixels do not), and a picture may be lost with the process.
   */
  durability: z.enum(['stored', 'deferred']).optional(),
});

export type GenerateRequest = z.infer<typeof generateRequestSchema>;

const milliseconds = z.number().nonnegative();

/**
 * The answer is `multipart/form-data` (RFC 7578): the part `result`, this JSON; then a file part for each picture, named
 * by its fingerprint, in the order asked for.
 */
export const generateResultSchema = z.object({
  /** Native edge of the model's pictures, pixels. */
  native: z.int().positive(),
  images: z.array(
    z.object({
      fingerprint: z.string().regex(/^[0-9a-f]{64}$/u),
      seed: seedSchema,
      /** Strong entity tag of the stored object, quotes included; null: it is not stored yet. */
      etag: z.string().nullable(),
      /** False when another writer had stored the picture first; its bytes are the ones returned. Null: not stored yet. */
      created: z.boolean().nullable(),
      /** As they lie beside the picture; left out where another writer knew none. */
      hashes: pictureHashesSchema.optional(),
    }),
  ),
  /** Milliseconds of each stage, for the whole call. */
  timings: z.object({
    queueMs: milliseconds,
    tokeniseMs: milliseconds,
    textEncoderMs: milliseconds,
    generatorMs: milliseconds,
    encodeMs: milliseconds,
    storeMs: milliseconds,
    totalMs: milliseconds,
  }),
});

export type GenerateResult = z.infer<typeof generateResultSchema>;
export type StageTimings = GenerateResult['timings'];
