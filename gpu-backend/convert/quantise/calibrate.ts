import { runGenerator } from './observe.ts';
import type { PictureInputs } from './picture-inputs.ts';
import { type Ranges, widenRanges } from './ranges.ts';

/** What the float32 generator showed. */
export interface Calibration {
  /** Of each map that it shows, by name. */
  readonly ranges: ReadonlyMap<string, Ranges>;
  /** Of the pictures that are measured on, unclamped, in order. */
  readonly pictures: readonly Float32Array[];
}

/** Every third prompt is kept to measure on; the others set the scales. */
const MEASURED = 3;

/** Whether a prompt is one to measure on. */
export function isMeasured(index: number): boolean {
  return index % MEASURED === MEASURED - 1;
}

/**
 * Runs the float32 generator on all prompts and keeps the ranges of each map that it shows besides the picture.
 * @param generator path of a graph with these maps as outputs.
 */
export async function calibrate(
  generator: string,
  inputs: readonly PictureInputs[],
  signal: AbortSignal,
): Promise<Calibration> {
  const ranges = new Map<string, Ranges>();
  const pictures: Float32Array[] = [];
  let index = 0;
  for await (const outputs of runGenerator(generator, inputs, signal)) {
    if (isMeasured(index++)) pictures.push(outputs.get('image')?.data ?? new Float32Array());
    else
      for (const [name, values] of outputs) {
        if (name === 'image') continue;
        ranges.set(name, widenRanges(ranges.get(name), values.data, values.channels));
      }
  }
  return { ranges, pictures };
}
