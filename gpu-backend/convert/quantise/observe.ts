import { InferenceSession } from 'onnxruntime-node';
import type { Graph } from '../graph/graph.ts';
import type { PictureInputs } from './picture-inputs.ts';

const DIMENSIONS = 4;

/** The graph with maps inside of it as outputs too. */
export function withOutputs(graph: Graph, names: readonly string[]): Graph {
  const outputs = names.map((name, index) => ({
    name,
    type: 'float32' as const,
    shape: Array.from({ length: DIMENSIONS }, (_, axis) => `observed${index}.${axis}`),
  }));
  return { ...graph, outputs: [...graph.outputs, ...outputs] };
}

/** A map `[1, channels, height, width]`. */
export interface Observed {
  readonly data: Float32Array;
  readonly channels: number;
}

/** Runs a generator, one picture at a time: each one's outputs go before the next is made. */
export async function* runGenerator(
  path: string,
  inputs: readonly PictureInputs[],
  signal: AbortSignal,
): AsyncGenerator<ReadonlyMap<string, Observed>> {
  const session = await InferenceSession.create(path);
  try {
    for (const feeds of inputs) {
      signal.throwIfAborted();
      const outputs = Object.entries(await session.run({ ...feeds }));
      yield new Map(
        outputs.map(([name, { data, dims }]) => [
          name,
          { data: data as Float32Array, channels: dims[1] ?? 0 },
        ]),
      );
    }
  } finally {
    await session.release();
  }
}
