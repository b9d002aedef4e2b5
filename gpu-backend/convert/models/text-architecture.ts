import type { Weights } from '../weights/weights.ts';
import { headsOf } from './attention-heads.ts';

/** Sizes of CLIP's text encoder. */
export interface TextArchitecture {
  /** Token ids at most, start and end token included. */
  readonly contextLength: number;
  readonly vocabSize: number;
  readonly width: number;
  readonly blocks: number;
  readonly heads: number;
  readonly sentenceDim: number;
}

/**
 * Reads the sizes from the tensors' shapes.
 * @throws CheckpointError
 */
export function readTextArchitecture(weights: Weights): TextArchitecture {
  const [vocabSize, width] = weights.shape('token_embedding.weight', ['vocabulary', 'width']);
  const [contextLength] = weights.shape('positional_embedding', ['context', 'width']);
  const [, sentenceDim] = weights.shape('text_projection', ['width', 'sentence']);
  const blocks = weights.count('transformer.resblocks');
  const heads = headsOf(weights, 'token_embedding.weight', width);
  return { contextLength, vocabSize, width, blocks, heads, sentenceDim };
}
