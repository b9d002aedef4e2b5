import type { KeyHolder, KeyStore } from './key-store.ts';

/**
 * For how long an isolate goes by what it read of a key: the longest that a revocation, a re-roll without overlap or a
 * changed limit takes to hold everywhere. Published as 60 s, which leaves as much for a clock that lags or a slow read.
 */
export const KEPT_MS = 30_000;

/** An entry is about 1 KB, and an isolate has 128 MB. */
const MAX_KEPT_KEYS = 2_000;

/** What an isolate keeps of the keys that were shown to it and held. */
export interface KeptKeys {
  /**
   * The key of this id, as it is kept where `holds` says yes to that, else as the store has it now. Undefined where
   * `holds` says no to that too: whatever is refused has cost one look-up, and is not remembered.
   */
  find(
    id: string,
    holds: (holder: KeyHolder | undefined) => boolean | Promise<boolean>,
  ): Promise<KeptKey | undefined>;
}

interface KeptKey {
  readonly holder: KeyHolder;
  readonly readAtMs: number;
  /** Seconds since 1970. */
  usedAtS: number;
}

export interface KeptKeysOptions {
  readonly store: Pick<KeyStore, 'find'>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export function createKeptKeys({ store, now }: KeptKeysOptions): KeptKeys {
  const kept = new Map<string, KeptKey>();
  return {
    async find(id, holds) {
      const nowMs = now();
      const known = kept.get(id);
      if (known && nowMs - known.readAtMs < KEPT_MS && (await holds(known.holder))) return known;
      const holder = await store.find(id);
      if (!(await holds(holder)) || !holder) return undefined;
      const entry = { holder, readAtMs: nowMs, usedAtS: holder.key.lastUsedAt ?? 0 };
      // Last in the order of insertion again, so that the first is the one read longest ago.
      kept.delete(id);
      const [oldest] = kept.size < MAX_KEPT_KEYS ? [] : kept.keys();
      if (oldest !== undefined) kept.delete(oldest);
      kept.set(id, entry);
      return entry;
    },
  };
}
