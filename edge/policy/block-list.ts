import { canonicalisePrompt } from '../../gpu-backend/contract/canonicalise.ts';
import type { PromptPolicy } from './prompt-policy.ts';

/**
 * Refuses prompts that contain a term as whole words. Terms are canonicalised as prompts are, so that case, width,
 * entities and spacing hide nothing; look-alike letters of other scripts do. @see policy-service.ts for more
 */
export function createBlockList(terms: readonly string[]): PromptPolicy {
  const canonical = terms.map(canonicalisePrompt).filter((term) => term !== '');
  if (canonical.length === 0) return { allows: async () => true };
  const alternatives = canonical
    .map((term) => term.replace(/[\\^$.*+?()[\]{}|/]/gu, String.raw`\$&`))
    .join('|');
  const blocked = new RegExp(`(?<![\\p{L}\\p{N}])(?:${alternatives})(?![\\p{L}\\p{N}])`, 'u');
  return { allows: async ({ prompt }) => !blocked.test(prompt) };
}
