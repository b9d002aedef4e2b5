import type { Checkpoint } from '../checkpoint/checkpoint.ts';
import type { FloatTensor } from '../graph/tensors/float-tensor.ts';
import { checkpointWeight } from './checkpoint-weight.ts';
import type { LoadedWeights } from './generator-weights.ts';
import { fromHuggingFace, HUGGING_FACE_LANDMARK } from './hugging-face-clip.ts';
import { findStateDict } from './state-dict.ts';
import { createWeights } from './weights.ts';

/**
 * Not needed for embeddings: the temperature of the contrastive loss; sizes that OpenAI's TorchScript archive keeps as
 * tensors; position numbers and causal masks that some savers keep as buffers and the graph makes itself; how many batches
 * a normalisation saw.
 */
const IGNORED = [
  'logit_scale',
  'input_resolution',
  'context_length',
  'vocab_size',
  'attn_mask',
  '*.attn_mask',
  '*.position_ids',
  '*.num_batches_tracked',
];

/**
 * CLIP's weights under OpenAI's names, from a checkpoint with OpenAI's or Hugging Face's.
 * @throws CheckpointError
 */
export function clipWeights(checkpoint: Checkpoint): LoadedWeights {
  const { file, tensors, ignored } = findStateDict(checkpoint, {
    kind: 'CLIP',
    prefixes: ['state_dict/module.', 'state_dict/', 'module.', ''],
    landmarks: ['token_embedding.weight', HUGGING_FACE_LANDMARK],
    ignoredOutside: ['epoch', 'optimizer/*'],
    ignoredInside: IGNORED,
  });
  const weights = new Map<string, FloatTensor>();
  for (const [name, tensor] of tensors) weights.set(name, checkpointWeight(file, name, tensor));
  const named = weights.has(HUGGING_FACE_LANDMARK) ? fromHuggingFace(file, weights) : weights;
  return { weights: createWeights(file, named), ignored };
}
