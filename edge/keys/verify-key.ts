import { hashApiKey, parseApiKey } from '../../gpu-backend/contract/api-key.ts';
import type { KeptKeys } from './kept-keys.ts';
import type { KeyRecord } from './key-record.ts';
import { type KeyHolder, type KeyStore, TOUCH_EVERY_S } from './key-store.ts';

/** Compared with where no secret is known, so that an unknown key takes as long as a wrong one. */
const NO_HASH = '0'.repeat(64);

export interface KeyVerifierOptions {
  readonly kept: KeptKeys;
  readonly store: Pick<KeyStore, 'touch'>;
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

/** Verifies API keys: new keys and new secrets hold at once, and refusals take the same time. */
export function createKeyVerifier({ kept, store, now }: KeyVerifierOptions): KeyVerifier {
  return {
    async verify(authorization, defer) {
      const [, text] = /^bearer +(\S+)$/iu.exec(authorization ?? '') ?? [];
      const key = text === undefined ? undefined : parseApiKey(text);
      if (!key) return undefined;
      const nowMs = now();
      const hash = await hashApiKey(key);
      const entry = await kept.find(key.id, (holder) => holds(holder?.key, hash, nowMs / 1000));
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
