import { z } from 'zod';
import { promptSchema } from './blend.ts';
import { isCanonicalCondition, stagesSchema } from './condition.ts';
import { modelDigestSchema, seedSchema, tenantSchema } from './generate.ts';
import { latentSchema } from './latent.ts';
import { SCORE_JUDGES } from './score-judge.ts';

/** Pictures of which the best are wanted: two batches of a CPU, half of a GPU's largest. */
export const MAX_CANDIDATES = 16;

const judgeSchema = z.enum(SCORE_JUDGES);

/** Body of the backend's signed `POST /v1/scores`: pictures of one condition, of any seeds. */
export const scoreRequestSchema = z
  .strictObject({
    /** Digest of the model that makes them. */
    model: modelDigestSchema,
    prompt: promptSchema,
    stages: stagesSchema.optional(),
    candidates: z
      .array(z.strictObject({ seed: seedSchema, latent: latentSchema.optional() }))
      .min(1)
      .max(MAX_CANDIDATES),
    /** The model's own CLIP if not given. */
    judge: judgeSchema.optional(),
    /** On whose behalf. @see generate.ts */
    caller: tenantSchema.optional(),
  })
  .refine(isCanonicalCondition, 'has stages that are not in canonical form');

export type ScoreRequest = z.infer<typeof scoreRequestSchema>;

/**
 * How well each picture fits its condition, in the order asked for: the cosine of the angle between the judge's embedding
 * of the model's own picture and the condition's sentence vector (of several stages' the mean), rounded to millionths. So
 * neither size nor file format of a picture says anything in it. The generator was trained against its own CLIP: that
 * ranks the pictures of one prompt, and flatters all of them.
 */
export const scoreResultSchema = z.object({
  /** Whose they are; answers from before there was a choice don't say. */
  judge: judgeSchema.default('clip'),
  scores: z.array(z.number().min(-1).max(1)),
});

export type ScoreResult = z.infer<typeof scoreResultSchema>;
