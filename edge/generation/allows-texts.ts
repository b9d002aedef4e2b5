import { textsOf } from '../../gpu-backend/contract/condition.ts';
import type { PromptPolicy } from '../policy/prompt-policy.ts';
import type { PlannedPicture } from './plan-pictures.ts';

/** Whether the policy allows every text that the pictures are made of; it is asked once for each. */
export async function allowsTexts(
  planned: readonly PlannedPicture[],
  tenant: string,
  policy: PromptPolicy,
): Promise<boolean> {
  const texts = new Set(planned.flatMap(({ recipe }) => textsOf(recipe)));
  const allowed = await Promise.all([...texts].map((prompt) => policy.allows({ prompt, tenant })));
  return allowed.every((one) => one);
}
