import type { PerChannel } from './models/image-encoder.ts';
import type { PassName } from './passes/apply-passes.ts';

/** A second CLIP, which scores pictures. */
export interface JudgeOptions {
  /** As `clip`; what its tensors don't tell stands in the JSON beside it. */
  readonly checkpoint: string;
  /** As the model's; if not given, tokenizer.json beside the checkpoint, else the model's. */
  readonly tokenizer?: string;
  /** By which people know it. */
  readonly name: string;
}

/** What is converted, and how. */
export interface ConvertOptions {
  /** GALIP's generator: a PyTorch checkpoint. */
  readonly generator: string;
  /** CLIP: a TorchScript archive, a PyTorch checkpoint or safetensors. */
  readonly clip: string;
  /** OpenAI's list of merges, `tokenizer.json` or `vocab.json`. */
  readonly tokenizer: string;
  /** `merges.txt`, with `vocab.json` alone. */
  readonly tokenizerMerges?: string;
  /** Directory to make. */
  readonly out: string;
  /** Whether a model directory at `out` may be replaced. */
  readonly force: boolean;
  readonly precision: 'fp32' | 'fp16' | 'int8';
  /** With fp32: generator and text encoder keep their weights rounded to float16, and compute in float32. */
  readonly halfWeights: boolean;
  /** Rewrites of the generator's graph, in the order in which they are applied. */
  readonly passes: readonly PassName[];
  /** Text file of prompts that int8 is calibrated and measured on, one a line; plain captions if not given. */
  readonly calibrationPrompts?: string;
  /** Per channel, of pixels in 0 … 1, as CLIP was trained. */
  readonly imageMean: PerChannel;
  readonly imageStd: PerChannel;
  readonly judge?: JudgeOptions;
  /** Name of the model in the API. */
  readonly id: string;
  /** Of the weights: an SPDX expression or a sentence. */
  readonly licence: string;
  readonly commercialUse: boolean;
  /** Credits and notices that the licence asks for: a text file that goes with the model. */
  readonly notices?: string;
  /** Adds the generator's intermediate stages as outputs, for parity tests. */
  readonly stageOutputs: boolean;
}
