/** Time that is only counted: what is due next happens next, at once. */
export interface Timeline {
  /** Milliseconds since the simulation began. */
  now(): number;
  /** Calls back at a time, not before now; of those of one time, first who asked first. */
  at(atMs: number, callback: () => void): void;
  after(delayMs: number, callback: () => void): void;
  /** Until nothing is due any more. */
  run(): void;
}

interface Event {
  readonly atMs: number;
  readonly order: number;
  readonly callback: () => void;
}

export function createTimeline(): Timeline {
  /** Binary heap: an event is never after its two children. */
  const heap: Event[] = [];
  let nowMs = 0;
  let order = 0;

  const push = (event: Event): void => {
    let place = heap.length;
    heap.push(event);
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = heap[parent] as Event;
      if (!isBefore(event, above)) break;
      heap[place] = above;
      place = parent;
    }
    heap[place] = event;
  };

  const pop = (): Event | undefined => {
    const [first] = heap;
    const last = heap.pop();
    if (!last || heap.length === 0) return first;
    let place = 0;
    for (let child = 1; child < heap.length; child = 2 * place + 1) {
      const right = heap[child + 1];
      if (right && isBefore(right, heap[child] as Event)) child++;
      const below = heap[child] as Event;
      if (!isBefore(below, last)) break;
      heap[place] = below;
      place = child;
    }
    heap[place] = last;
    return first;
  };

  const at = (atMs: number, callback: () => void): void => {
    push({ atMs: Math.max(atMs, nowMs), order: order++, callback });
  };

  return {
    now: () => nowMs,
    at,
    after: (delayMs, callback) => at(nowMs + delayMs, callback),
    run() {
      for (let event = pop(); event; event = pop()) {
        nowMs = event.atMs;
        event.callback();
      }
    },
  };
}

function isBefore(one: Event, other: Event): boolean {
  return one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order);
}
