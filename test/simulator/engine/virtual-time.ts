/** Time that passes only from event to event. */
export interface VirtualTime {
  /** Milliseconds since 1970. */
  now(): number;
  /** The returned function calls it off. */
  after(delayMs: number, callback: () => void): () => void;
  /** Lets all happen that is due until then, in order; what falls together happens in the order it was asked for. */
  runUntil(timeMs: number): Promise<void>;
  /** How many events lie ahead. */
  pending(): number;
}

/** A run has some thousands; one that never comes to rest has no end of them. */
const MAX_EVENTS = 100_000;

interface Event {
  readonly at: number;
  readonly order: number;
  callback: (() => void) | undefined;
}

export function createVirtualTime(startMs: number): VirtualTime {
  let nowMs = startMs;
  let order = 0;
  let pending = 0;
  let happened = 0;
  /** A binary heap: each event before its two children. */
  const heap: Event[] = [];

  function push(event: Event): void {
    let place = heap.length;
    for (;;) {
      const parent = (place - 1) >> 1;
      const above = heap[parent];
      if (place === 0 || !above || isBefore(above, event)) break;
      heap[place] = above;
      place = parent;
    }
    heap[place] = event;
  }

  function pop(): void {
    const last = heap.pop();
    if (!last || heap.length === 0) return;
    let place = 0;
    for (;;) {
      const left = heap[2 * place + 1];
      const right = heap[2 * place + 2];
      const child = left && right && isBefore(right, left) ? right : left;
      if (!child || isBefore(last, child)) break;
      heap[place] = child;
      place = child === left ? 2 * place + 1 : 2 * place + 2;
    }
    heap[place] = last;
  }

  return {
    now: () => nowMs,
    after(delayMs, callback) {
      const event: Event = { at: nowMs + Math.max(0, Math.round(delayMs)), order: order++, callback };
      push(event);
      pending++;
      return () => {
        if (event.callback) pending--;
        event.callback = undefined;
      };
    },
    async runUntil(timeMs) {
      for (let event = heap[0]; event && event.at <= timeMs; event = heap[0]) {
        pop();
        const { callback } = event;
        if (!callback) continue;
        pending--;
        event.callback = undefined;
        nowMs = event.at;
        if (++happened > MAX_EVENTS)
          throw new Error(`the world never rests: ${MAX_EVENTS} events by ${nowMs}`);
        callback();
        // Promises only: all that follows from the event without time passing has happened by then.
        await new Promise<void>((resolve) => setImmediate(resolve));
      }
      nowMs = Math.max(nowMs, timeMs);
    },
    pending: () => pending,
  };
}

function isBefore(a: Event, b: Event): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
