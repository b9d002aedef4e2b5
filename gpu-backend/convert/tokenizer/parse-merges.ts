import { CheckpointError } from '../checkpoint/checkpoint-error.ts';

/**
 * A list of merges, one a line, its first line a heading.
 * @throws CheckpointError when a line is not two tokens and a space.
 */
export function parseMerges(file: string, text: string): (readonly [string, string])[] {
  const lines = text.replace(/\n$/u, '').split('\n').slice(1);
  return lines.map((line, index) => {
    const [first, second, ...others] = line.split(' ');
    if (!first || !second || others.length > 0) {
      const shown = JSON.stringify(line.slice(0, 80));
      throw new CheckpointError({ file, reason: `line ${index + 2} is ${shown}; expected two tokens` });
    }
    return [first, second] as const;
  });
}
