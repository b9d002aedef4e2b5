import type { Value } from '../graph.ts';
import type { GraphBuilder } from '../graph-builder.ts';
import { clip } from './arithmetic.ts';

/** Of the cubic kernel: Pillow's, and PyTorch's with antialiasing; without, both have −0.75. */
const CUBIC_COEFFICIENT = -0.5;

/**
 * Pictures x `[N, C, from, from]` float32 in 0 … 1 → `[N, C, to, to]`, cubic and antialiased, as Pillow resizes for CLIP.
 * It differs from Pillow's by what that rounds to 256 levels.
 */
export function resizePicture(graph: GraphBuilder, x: Value, from: number, to: number): Value {
  if (from === to) return x;
  const resized = graph.node('Resize', [x, undefined, undefined, graph.ints([to, to])], x.type, {
    axes: { ints: [2, 3] },
    mode: { string: 'cubic' },
    cubic_coeff_a: { float: CUBIC_COEFFICIENT },
    antialias: { int: 1 },
    exclude_outside: { int: 1 },
    coordinate_transformation_mode: { string: 'half_pixel' },
  });
  const [least, most] = [0, 1].map((level) =>
    graph.weight(`level.${level}`, { shape: [], read: () => Float32Array.of(level) }, 'float32'),
  ) as [Value, Value];
  return clip(graph, resized, least, most);
}
