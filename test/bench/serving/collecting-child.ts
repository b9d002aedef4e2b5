/*
 * The inference process, with a collection of all garbage every few batches: V8 puts one off for as long as memory is
 * plenty, and what it puts off looks like growth.
 */
import { collectGarbage } from '../../../gpu-backend/runtime/collect-garbage.ts';

/** The parent looks at the memory as often. */
const COLLECT_EVERY = 20;

let batches = 0;
process.on('message', () => {
  if (++batches % COLLECT_EVERY === 0) collectGarbage();
});

await import('../../../gpu-backend/runtime/inference-child.ts');
