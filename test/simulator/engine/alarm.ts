import type { Faults } from './faults.ts';
import type { VirtualTime } from './virtual-time.ts';

/** An object's one alarm: durable, at least once, late at times, tried again when it fails. */
export interface Alarm {
  /** Null: none. Replaces what was set. */
  set(timeMs: number | null): void;
}

export interface AlarmOptions {
  readonly time: VirtualTime;
  readonly faults: Faults;
  /** Rejects when the object dies on it. */
  readonly ring: () => Promise<void>;
}

const FIRST_RETRY_MS = 2_000;

export function createAlarm({ time, faults, ring }: AlarmOptions): Alarm {
  let cancel: (() => void) | undefined;
  let isRinging = false;
  let isDue = false;
  let failures = 0;

  function set(timeMs: number | null): void {
    cancel?.();
    cancel = undefined;
    if (timeMs === null) return;
    const timer = time.after(timeMs - time.now() + faults.lateness(), () => {
      if (cancel === timer) cancel = undefined;
      void fire();
    });
    cancel = timer;
  }

  async function fire(): Promise<void> {
    // An object's alarm does not ring while it is still at the last one.
    if (isRinging) {
      isDue = true;
      return;
    }
    isRinging = true;
    try {
      await ring();
      failures = 0;
      if (!cancel && faults.strikes('alarm-twice')) set(time.now());
    } catch {
      failures++;
      if (!cancel) set(time.now() + FIRST_RETRY_MS * 2 ** Math.min(failures, 6));
    } finally {
      isRinging = false;
      if (isDue) set(time.now());
      isDue = false;
    }
  }

  return { set };
}
