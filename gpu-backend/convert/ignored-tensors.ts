import { basename } from 'node:path';
import type { Checkpoint } from './checkpoint/checkpoint.ts';
import type { LoadedWeights } from './weights/generator-weights.ts';

/** Patterns of deliberately ignored tensors, after the checkpoint's name, each with how many there were. */
export function countIgnored(
  { file }: Checkpoint,
  { ignored, weights }: LoadedWeights,
): Record<string, number> {
  const counts = [...Object.entries(ignored), ...weights.ignored().map((name) => [name, 1] as const)];
  return Object.fromEntries(counts.map(([pattern, count]) => [`${basename(file)}: ${pattern}`, count]));
}
