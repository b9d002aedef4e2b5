import { readFile, stat } from 'node:fs/promises';
import { canonicalisePrompt } from '../../contract/canonicalise.ts';
import { CheckpointError } from '../checkpoint/checkpoint-error.ts';
import { CALIBRATION_PROMPTS } from './calibration-prompts.ts';

/** Each is a run of the generator, up to half a second at full size. */
const MAX_PROMPTS = 256;
/** Two that calibrate and one that measures. */
const MIN_PROMPTS = 3;
/** A megabyte is four kilobytes for each. */
const MAX_BYTES = 1 << 20;

/**
 * Canonical prompts to calibrate on: the lines of a file, or those that are kept for it.
 * @throws CheckpointError when the file has too many or too few.
 */
export async function loadPrompts(file: string | undefined): Promise<readonly string[]> {
  if (file === undefined) return CALIBRATION_PROMPTS.map(canonicalisePrompt);
  const { size } = await stat(file);
  const text = size <= MAX_BYTES ? await readFile(file, 'utf8') : '';
  const prompts = text
    .split(/\r?\n/u)
    .map(canonicalisePrompt)
    .filter((prompt) => prompt !== '');
  if (prompts.length >= MIN_PROMPTS && prompts.length <= MAX_PROMPTS) return prompts;
  const found = size <= MAX_BYTES ? `${prompts.length} prompts` : `${size} bytes`;
  const reason = `has ${found}; expected ${MIN_PROMPTS} to ${MAX_PROMPTS}, one a line, in at most ${MAX_BYTES} bytes`;
  throw new CheckpointError({ file, reason });
}
