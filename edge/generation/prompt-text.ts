import { canonicalisePrompt } from '../../gpu-backend/contract/canonicalise.ts';
import { MAX_PROMPT_CODE_POINTS } from '../../gpu-backend/contract/generate.ts';

const NO_TEXT = /[^\P{Cc}\t\n\r]/u;

/** What is wrong with a text that pictures are to be made of; undefined: nothing. */
export function promptTextProblem(text: string): string | undefined {
  const codePoints = [...text].length;
  if (codePoints > MAX_PROMPT_CODE_POINTS) {
    return `has ${codePoints} code points; allowed are 1 … ${MAX_PROMPT_CODE_POINTS}`;
  }
  if (!text.isWellFormed()) return 'has a lone surrogate; allowed is well-formed Unicode';
  if (NO_TEXT.test(text)) return 'has a control character; of these tab and line breaks are allowed';
  const canonical = canonicalisePrompt(text);
  if (canonical === '') return 'is blank; it must say what the picture shows';
  // Few characters grow when they are normalised; ten grown prompts would not fit the backend's limit.
  if ([...canonical].length > MAX_PROMPT_CODE_POINTS) {
    return `has more than ${MAX_PROMPT_CODE_POINTS} code points once it is normalised (NFC, ligatures)`;
  }
  return undefined;
}
