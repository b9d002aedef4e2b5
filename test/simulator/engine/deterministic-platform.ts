import { createHash, timingSafeEqual } from 'node:crypto';
import type { Random } from './random.ts';

/**
 * Runs `work` on what of workerd's globals Node has not, or not in a fixed order: digests settle in the order in which
 * they were asked for (Node's come from a pool of threads, in any order), and ids at random follow from the seed.
 */
export async function withDeterministicPlatform<T>(random: Random, work: () => Promise<T>): Promise<T> {
  const restore = [
    replace(
      crypto.subtle,
      'digest',
      async (_: string, data: Uint8Array) =>
        Uint8Array.from(createHash('sha256').update(data).digest()).buffer,
    ),
    replace(crypto.subtle, 'timingSafeEqual', timingSafeEqual),
    replace(crypto, 'randomUUID', () => {
      const hex = Array.from({ length: 32 }, () => random.int(0, 15).toString(16)).join('');
      return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/u, '$1-$2-$3-$4-$5');
    }),
    replace(Uint8Array.prototype, 'toBase64', function toBase64(this: Uint8Array): string {
      return Buffer.from(this.buffer, this.byteOffset, this.length).toString('base64');
    }),
  ];
  try {
    return await work();
  } finally {
    for (const undo of restore) undo();
  }
}

function replace(target: object, name: string, value: unknown): () => void {
  const own = Object.getOwnPropertyDescriptor(target, name);
  Object.defineProperty(target, name, { value, configurable: true, writable: true });
  return () => {
    if (own) Object.defineProperty(target, name, own);
    else Reflect.deleteProperty(target, name);
  };
}
