/** What a map's entry costs beside its key and value, bytes; about what V8 takes. */
const ENTRY_BYTES = 200;

/** Text embeddings by token ids, which are the canonical prompt as far as the text encoder sees it. */
export interface TextCache {
  get(tokenIds: BigInt64Array<ArrayBuffer>): Float32Array<ArrayBuffer> | undefined;
  set(tokenIds: BigInt64Array<ArrayBuffer>, embedding: Float32Array<ArrayBuffer>): void;
  sizeBytes(): number;
}

/** Forgets what was asked for longest ago when it would pass `limitBytes`. */
export function createTextCache(limitBytes: number): TextCache {
  /** In order of their last use. */
  const entries = new Map<string, Float32Array<ArrayBuffer>>();
  let sizeBytes = 0;
  return {
    sizeBytes: () => sizeBytes,
    get(tokenIds) {
      const key = keyOf(tokenIds);
      const embedding = entries.get(key);
      if (!embedding) return undefined;
      entries.delete(key);
      entries.set(key, embedding);
      return embedding;
    },
    set(tokenIds, embedding) {
      const key = keyOf(tokenIds);
      if (entries.has(key)) return;
      entries.set(key, embedding);
      sizeBytes += sizeOf(key, embedding);
      for (const [oldKey, oldEmbedding] of entries) {
        if (sizeBytes <= limitBytes) break;
        entries.delete(oldKey);
        sizeBytes -= sizeOf(oldKey, oldEmbedding);
      }
    },
  };
}

function keyOf(tokenIds: BigInt64Array<ArrayBuffer>): string {
  return tokenIds.join();
}

function sizeOf(key: string, embedding: Float32Array): number {
  return ENTRY_BYTES + key.length + embedding.byteLength;
}
