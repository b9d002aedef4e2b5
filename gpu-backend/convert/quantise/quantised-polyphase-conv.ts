import type { Value } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { concat, reshape, slice } from '../graph/operators/layout.ts';
import { phaseKernel } from '../passes/phase-kernel.ts';
import { phasePadding, phasesOf } from '../passes/phases.ts';
import { quantisedConv } from './quantised-operators.ts';
import { type QuantiseWeightsOptions, quantiseWeights } from './quantised-weights.ts';

/** Its kernel is 3 × 3. */
export interface QuantisedPolyphaseOptions extends QuantiseWeightsOptions {
  /** Edges of the map and of the map enlarged. */
  readonly from: number;
  readonly to: number;
}

/**
 * x uint8 `[N, from, from, in]` → uint8 `[N, to, to, out]`: the padded 3×3 convolution of the enlarged x, as
 * `passes/polyphase-conv.ts` has it for floats. With channels last, phases are put together by Concat alone.
 */
export function quantisedPolyphaseConv(
  graph: GraphBuilder,
  x: Value,
  options: QuantisedPolyphaseOptions,
): Value {
  const { name, weight, input, from, to } = options;
  const [zeroPoint = 0] = input.zeroPoint;
  const all = phasesOf(from, to);
  const { stride, periods, phases } = all;
  const [out = 0] = weight.shape;
  const rows = phases.map((rows, row) => {
    const columns = phases.map((columns, column) => {
      const kernel = phaseKernel(weight, rows, columns);
      const phase = { ...options, name: `${name}.phase${row}_${column}`, weight: kernel };
      const weights = quantiseWeights(phase);
      const [above, below] = phasePadding(rows, all);
      const [left, right] = phasePadding(columns, all);
      const padding = [above, left, below, right] as const;
      const value = quantisedConv(graph, x, { weights, zeroPoint, stride, padding });
      const axes = [...(rows.start > 0 ? [1] : []), ...(columns.start > 0 ? [2] : [])];
      return axes.length === 0 ? value : slice(graph, value, ...withoutFirst(axes));
    });
    return reshape(graph, concat(graph, columns as [Value, ...Value[]], 3), [0, periods, 1, to * out]);
  });
  return reshape(graph, concat(graph, rows as [Value, ...Value[]], 2), [0, to, to, out]);
}

function withoutFirst(axes: number[]): [start: number[], end: number[], axes: number[]] {
  return [axes.map(() => 1), axes.map(() => Number.MAX_SAFE_INTEGER), axes];
}
