/*
 * The inference process, with a collection of all garbage every few batches: V8 puts one off for as long as memory is
 * plenty, and what it puts off looks like growth.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** The parent looks at the memory as often. */
const COLLECT_EVERY = 20;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
let batches = 0;
process.on('message', () => {
  if (++batches % COLLECT_EVERY === 0) collect();
});

await import('../../../gpu-backend/runtime/inference-child.ts');
