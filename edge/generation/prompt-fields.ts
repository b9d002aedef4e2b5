import { z } from '@hono/zod-openapi';
import { blendProblem, MAX_BLEND_RATIO, MAX_BLEND_TERMS } from '../../gpu-backend/contract/blend.ts';
import { canonicalisePrompt } from '../../gpu-backend/contract/canonicalise.ts';
import { MAX_PROMPT_CODE_POINTS } from '../../gpu-backend/contract/generate.ts';
import type { ModelCard } from '../../gpu-backend/contract/model-card.ts';
import { promptTextProblem } from './prompt-text.ts';
import { stageRangesProblem } from './stage-ranges.ts';

/** Weights are relative: more digits say nothing more. */
const MAX_WEIGHT = 1_000;

const TEXT = `must be a string of 1 … ${MAX_PROMPT_CODE_POINTS} code points`;
const WEIGHT = `must be a number, -${MAX_WEIGHT} … ${MAX_WEIGHT}`;
const TERMS = `must have 1 … ${MAX_BLEND_TERMS} texts`;

const text = z
  .string(TEXT)
  .superRefine((value, context) => {
    const problem = promptTextProblem(value);
    if (problem !== undefined) context.addIssue(problem);
  })
  .openapi({
    description:
      'What the picture shows. Letter case and spacing make no difference. No control characters but tab and line breaks.',
    minLength: 1,
    maxLength: MAX_PROMPT_CODE_POINTS,
    example: 'a red apple',
  });

const blend = z
  .array(
    z.strictObject(
      { text, weight: z.number(WEIGHT).min(-MAX_WEIGHT, WEIGHT).max(MAX_WEIGHT, WEIGHT).default(1) },
      'must be an object with text and weight',
    ),
    'must be an array of texts with weights',
  )
  .min(1, TERMS)
  .max(MAX_BLEND_TERMS, TERMS)
  .superRefine((terms, context) => {
    const problem = blendProblem(
      terms.map(({ text: own, weight }) => ({ text: canonicalisePrompt(own), weight })),
    );
    if (problem !== undefined) context.addIssue(problem);
  })
  .openapi({
    description: `Texts blended by their weights, which are relative and may be negative; they must sum to more than 0, and none may be more than ${MAX_BLEND_RATIO} times the sum.`,
    example: [
      { text: 'a red apple', weight: 0.7 },
      { text: 'a banana', weight: 0.3 },
    ],
  });

const prompt = z.union([text, blend], `${TEXT}, or an array of 1 … ${MAX_BLEND_TERMS} {text, weight}`);

export type PromptField = z.infer<typeof prompt>;

/** Fields of an image request that say what its pictures show. */
export function promptFields({ stages = 0 }: Pick<ModelCard, 'stages'>) {
  return {
    prompt,
    stages: z
      .record(z.string(), prompt, 'must be an object of prompts by the stages they condition')
      .superRefine((value, context) => {
        const problem = stageRangesProblem(Object.keys(value), stages);
        if (problem !== undefined) context.addIssue(problem);
      })
      .nullish()
      .openapi({
        description: `Prompts or blends of single stages of the generator, by ranges of these, coarse to fine; this model has ${stages}, numbered from 0. Stages that are not named have \`prompt\`.`,
        example: { '3-4': 'a fox' },
      }),
  };
}
