import { hashApiKey, parseApiKey } from '../../gpu-backend/contract/api-key.ts';
import type { KeyRecord } from './key-record.ts';
import { type KeyHolder, type KeyStore, TOUCH_EVERY_S } from './key-store.ts';

/**
 * For how long an isolate goes by what it read of a key: the longest that a revocation, a re-roll without overlap or a
 * changed limit takes to hold everywhere. Published as 60 s, which leaves as much for a clock that lags or a slow read.
 */
export const KEPT_MS = 30_000;

/** An entry is about 1 KB, and an isolate has 128 MB. */
const MAX_KEPT_KEYS = 2_000;

/** Compared with where no secret is known, so that an unknown key takes as long as a wrong one. */
const NO_HASH = '0'.repeat(64);

export interface KeyVerifierOptions {
  readonly store: KeyStore;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export interface KeyVerifier {
  /**
   * The holder of the key that an `Authorization` header shows, if that key holds. `defer` gets what may be done after
   * the answer: noting the use. Junk is told by form and checksum, without asking the store.
   */
  verify(
    authorization: string | undefined,
    defer: (work: Promise<void>) => void,
  ): Promise<KeyHolder | undefined>;
}

interface Kept {
  readonly holder: KeyHolder;
  readonly readAtMs: number;
  usedAtS: number;
}

/**
 * Verifies API keys. Only "yes" is remembered: whatever is refused, unknown, wrong, expired or revoked, has cost one
 * look-up that answered now, so that refusals take the same time, and a new key or secret holds at once.
 */
export function createKeyVerifier({ store, now }: KeyVerifierOptions): KeyVerifier {
  const kept = new Map<string, Kept>();

  async function entryFor(id: string, hash: string, nowMs: number): Promise<Kept | undefined> {
    const known = kept.get(id);
    if (known && nowMs - known.readAtMs < KEPT_MS && holds(known.holder.key, hash, nowMs / 1000))
      return known;
    const holder = await store.find(id);
    if (!holds(holder?.key, hash, nowMs / 1000) || !holder) return undefined;
    const entry = { holder, readAtMs: nowMs, usedAtS: holder.key.lastUsedAt ?? 0 };
    // Last in the order of insertion again, so that the first is the one read longest ago.
    kept.delete(id);
    const [oldest] = kept.size < MAX_KEPT_KEYS ? [] : kept.keys();
    if (oldest !== undefined) kept.delete(oldest);
    kept.set(id, entry);
    return entry;
  }

  return {
    async verify(authorization, defer) {
      const [, text] = /^bearer +(\S+)$/iu.exec(authorization ?? '') ?? [];
      const key = text === undefined ? undefined : parseApiKey(text);
      if (!key) return undefined;
      const nowMs = now();
      const entry = await entryFor(key.id, await hashApiKey(key), nowMs);
      const nowS = Math.floor(nowMs / 1000);
      if (entry && nowS - entry.usedAtS >= TOUCH_EVERY_S) {
        entry.usedAtS = nowS;
        defer(store.touch(key.id, nowS));
      }
      return entry?.holder;
    },
  };
}

/** All conditions are looked at, whichever fails. */
function holds(key: KeyRecord | undefined, hash: string, nowS: number): boolean {
  const current = equal(hash, key?.hash ?? NO_HASH);
  const previous = equal(hash, key?.previous?.hash ?? NO_HASH) && nowS < (key?.previous?.expiresAt ?? 0);
  const live = key?.revokedAt === null && (key.expiresAt === null || nowS < key.expiresAt);
  return (current || previous) && live;
}

/** In a time that does not depend on where they differ. Both: 64 hex digits. */
function equal(a: string, b: string): boolean {
  const encoder = new TextEncoder();
  return crypto.subtle.timingSafeEqual(encoder.encode(a), encoder.encode(b));
}
