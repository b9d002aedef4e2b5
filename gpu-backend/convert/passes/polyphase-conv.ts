import type { Initialiser, Value } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { conv } from '../graph/operators/arithmetic.ts';
import { concat, reshape, slice } from '../graph/operators/layout.ts';
import type { FloatTensor } from '../graph/tensors/float-tensor.ts';
import { phaseKernel } from './phase-kernel.ts';
import { phasePadding, phasesOf } from './phases.ts';

export interface PolyphaseOptions {
  /** `[out, in, 3, 3]` */
  readonly kernel: Initialiser & { readonly tensor: FloatTensor };
  /** `[out]` */
  readonly bias: Value | undefined;
  /** Edges of the map and of the map enlarged. */
  readonly from: number;
  readonly to: number;
}

/** x `[N, in, from, from]` → `[N, out, to, to]`: what the padded 3×3 convolution of the enlarged x gives. */
export function polyphaseConv(
  graph: GraphBuilder,
  x: Value,
  { kernel, bias, from, to }: PolyphaseOptions,
): Value {
  const all = phasesOf(from, to);
  const { stride, periods, phases } = all;
  const rows = phases.map((rows, row) => {
    const columns = phases.map((columns, column) => {
      const name = `${kernel.name}.phase${row}_${column}`;
      const weight = graph.weight(name, phaseKernel(kernel.tensor, rows, columns), kernel.type as 'float32');
      const [above, below] = phasePadding(rows, all);
      const [left, right] = phasePadding(columns, all);
      const value = conv(graph, x, weight, bias, { stride, padding: [above, left, below, right] });
      const axes = [...(rows.start > 0 ? [2] : []), ...(columns.start > 0 ? [3] : [])];
      return reshape(graph, withoutFirst(graph, value, axes), [0, 0, periods, periods, 1]);
    });
    // Columns take turns, then rows do.
    return reshape(graph, concat(graph, columns as [Value, ...Value[]], 4), [0, 0, periods, 1, to]);
  });
  return reshape(graph, concat(graph, rows as [Value, ...Value[]], 3), [0, 0, to, to]);
}

function withoutFirst(graph: GraphBuilder, x: Value, axes: readonly number[]): Value {
  if (axes.length === 0) return x;
  const ones = axes.map(() => 1);
  return slice(
    graph,
    x,
    ones,
    axes.map(() => Number.MAX_SAFE_INTEGER),
    axes,
  );
}
