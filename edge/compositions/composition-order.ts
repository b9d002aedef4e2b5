import type { GridRequest } from './grid-request.ts';
import type { InterpolationRequest } from './interpolation-request.ts';

/** A composition as it is asked for: a valid request, and what kind of. */
export type CompositionOrder =
  | { readonly kind: 'interpolation'; readonly request: InterpolationRequest }
  | { readonly kind: 'grid'; readonly request: GridRequest };

/** Fields that decide nothing about the file: how it is answered, for whom, and which model, whose digest is kept. */
const OF_THE_CALL: readonly string[] = ['model', 'user', 'stream', 'async', 'deadline', 'webhook'];

/** What the file follows from, in as few bytes as may be: recipes are kept for good. */
export function keptOrderOf(order: CompositionOrder): CompositionOrder {
  const request = Object.fromEntries(
    Object.entries(order.request).filter(([name, value]) => value != null && !OF_THE_CALL.includes(name)),
  );
  return { kind: order.kind, request } as unknown as CompositionOrder;
}
