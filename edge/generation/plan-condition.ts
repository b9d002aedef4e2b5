import { canonicalBlend, type Prompt } from '../../gpu-backend/contract/blend.ts';
import { canonicalisePrompt } from '../../gpu-backend/contract/canonicalise.ts';
import { type Condition, canonicalCondition } from '../../gpu-backend/contract/condition.ts';
import { ApiError } from '../../gpu-backend/contract/errors.ts';
import { MAX_CONDITION_BYTES } from '../../gpu-backend/contract/generate.ts';
import type { ModelCard } from '../../gpu-backend/contract/model-card.ts';
import type { ImageRequest } from './image-request.ts';
import type { PromptField } from './prompt-fields.ts';
import { readStageRange } from './stage-ranges.ts';

/**
 * What conditions the pictures of a valid request, in canonical form.
 * @throws ApiError `invalid_request` where all its texts together are too long.
 */
export function planCondition(
  { prompt, stages }: Pick<ImageRequest, 'prompt' | 'stages'>,
  { stages: count = 0 }: Pick<ModelCard, 'stages'>,
): Condition {
  const base = promptOf(prompt);
  const ofStage = Array<Prompt>(count).fill(base);
  for (const [range, own] of Object.entries(stages ?? {})) {
    const [first = 0, last = -1] = readStageRange(range) ?? [];
    ofStage.fill(promptOf(own), first, last + 1);
  }
  const [first = base, ...others] = ofStage;
  const condition = canonicalCondition([first, ...others]);
  const sizeBytes = new TextEncoder().encode(JSON.stringify(condition)).length;
  if (sizeBytes <= MAX_CONDITION_BYTES) return condition;
  throw new ApiError('invalid_request', {
    param: 'prompt',
    message: `prompt and stages take ${sizeBytes} bytes together; allowed are ${MAX_CONDITION_BYTES}`,
  });
}

function promptOf(field: PromptField): Prompt {
  if (typeof field === 'string') return canonicalisePrompt(field);
  return canonicalBlend(field.map(({ text, weight }) => ({ text: canonicalisePrompt(text), weight })));
}
