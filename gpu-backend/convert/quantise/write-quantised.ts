import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelManifest } from '../../contract/model-card.ts';
import type { Graph } from '../graph/graph.ts';
import { encodeModel } from '../onnx/encode-model.ts';
import { type WrittenFile, writeMessage } from '../onnx/write-message.ts';
import { hoist } from '../passes/hoist.ts';
import { stack } from '../passes/stack.ts';
import { subPixel } from '../passes/sub-pixel.ts';
import { calibrate, isMeasured } from './calibrate.ts';
import { runGenerator, withOutputs } from './observe.ts';
import { pictureErrorDb } from './picture-error.ts';
import { type PictureInputsOptions, pictureInputs } from './picture-inputs.ts';
import { quantise } from './quantise.ts';
import { quantisedValues } from './quantised-values.ts';

export interface WriteQuantisedOptions extends PictureInputsOptions {
  /** The model directory in the making. */
  readonly directory: string;
  /** The generator as it is built, in float32. */
  readonly graph: Graph;
  readonly prompts: readonly string[];
  readonly signal: AbortSignal;
}

/** The float32 generator with all values as outputs that will need a scale. */
export function calibrationGraph(graph: Graph): Graph {
  const hoisted = hoist(graph);
  return withOutputs(hoisted, quantisedValues(hoisted));
}

/**
 * Calibrates on the directory's `generator.onnx`, which holds the calibration graph, puts the generator in eight bits in
 * its place, and measures what they cost.
 */
export async function writeQuantised(
  options: WriteQuantisedOptions,
): Promise<{ file: WrittenFile; quantisation: ModelManifest['quantisation'] }> {
  const { directory, graph, prompts, signal } = options;
  const path = join(directory, 'generator.onnx');
  const inputs = await pictureInputs(prompts, options);
  const { ranges, pictures } = await calibrate(path, inputs, signal);
  await rm(path);

  const quantised = stack(subPixel(quantise(hoist(graph), ranges)));
  const file = await writeMessage(path, encodeModel(quantised), { signal });
  const measured = inputs.filter((_, index) => isMeasured(index));
  const made: Float32Array[] = [];
  for await (const outputs of runGenerator(path, measured, signal)) {
    made.push(outputs.get('image')?.data ?? new Float32Array());
  }
  const quantisation = {
    calibrationPrompts: prompts.length - measured.length,
    measuredPrompts: measured.length,
    psnrDb: pictureErrorDb(made, pictures),
  };
  return { file, quantisation };
}
