import type { Checkpoint } from '../checkpoint/checkpoint.ts';
import { checkpointWeight } from './checkpoint-weight.ts';
import { findStateDict } from './state-dict.ts';
import { createWeights, type Weights } from './weights.ts';

/** What a training checkpoint holds besides the generator. */
const TRAINING_ONLY = ['model/netD/*', 'model/netC/*', 'netD/*', 'netC/*', 'optimizers/*', 'epoch'];

export interface LoadedWeights {
  readonly weights: Weights;
  readonly ignored: Readonly<Record<string, number>>;
}

/**
 * The generator's weights under the official names (`fc_code.weight`, `GBlocks.0.c1.weight`, …), wherever they lie in
 * the checkpoint and with or without the `module.` of multi-GPU saves.
 * @throws CheckpointError
 */
export function generatorWeights(checkpoint: Checkpoint): LoadedWeights {
  const { file, tensors, ignored } = findStateDict(checkpoint, {
    kind: 'generator',
    prefixes: ['model/netG/', 'netG/', ''].flatMap((place) => [`${place}module.`, place]),
    landmarks: ['fc_code.weight'],
    ignoredOutside: TRAINING_ONLY,
    ignoredInside: [],
  });
  const entries = [...tensors].map(([name, tensor]) => [name, checkpointWeight(file, name, tensor)] as const);
  return { weights: createWeights(file, new Map(entries)), ignored };
}
