/*
 * The inference process with a leak: what the memory check must find. Runs as `inference-child.ts` does, and keeps
 * LEAK_BYTES of each batch for ever.
 */
const LEAK_BYTES = 16 * 1024;

const kept: Buffer[] = [];
process.on('message', () => kept.push(Buffer.alloc(LEAK_BYTES, 1)));

await import('../../../gpu-backend/runtime/inference-child.ts');

export {};
