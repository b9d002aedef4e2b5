/*
 * The inference process with a leak: what the memory check must find. Runs as `collecting-child.ts` does, and keeps
 * LEAK_BYTES of each batch for ever.
 */
/** A picture's worth; a quarter of it hid for a thousand batches in memory that the process had freed before. */
const LEAK_BYTES = 64 * 1024;

const kept: Buffer[] = [];
process.on('message', () => kept.push(Buffer.alloc(LEAK_BYTES, 1)));

await import('./collecting-child.ts');

export {};
