import type { Faults } from './faults.ts';
import type { Random } from './random.ts';
import type { VirtualTime } from './virtual-time.ts';

interface QueuedMessage<Body> {
  readonly id: string;
  readonly body: Body;
}

/** What became of a batch: the messages to be delivered again, and after how long. */
type Again<Body> = readonly { readonly message: QueuedMessage<Body>; readonly delayMs: number }[];

/** A queue that delivers at least once, in any order. */
export interface SimulatedQueue<Body> {
  send(bodies: readonly Body[], delayMs?: number): void;
}

export interface QueueOptions<Body> {
  readonly name: string;
  readonly time: VirtualTime;
  readonly random: Random;
  readonly faults: Faults;
  /** Handles a batch; when it rejects, all of it comes again. */
  readonly consume: (batch: readonly QueuedMessage<Body>[]) => Promise<Again<Body>>;
  /** After which a batch that failed comes again. */
  readonly retryMs: number;
}

const GATHER_MS = 1_000;
const MAX_BATCH = 10;

export function createSimulatedQueue<Body>(options: QueueOptions<Body>): SimulatedQueue<Body> {
  const { name, time, random, faults, consume, retryMs } = options;
  let waiting: QueuedMessage<Body>[] = [];
  let isGathering = false;
  let sent = 0;

  function arrive(message: QueuedMessage<Body>): void {
    waiting.splice(random.int(0, waiting.length), 0, message);
    if (isGathering) return;
    isGathering = true;
    time.after(random.int(0, GATHER_MS), deliver);
  }

  function deliver(): void {
    isGathering = false;
    const all = waiting;
    waiting = [];
    for (let start = 0; start < all.length; start += MAX_BATCH) {
      const batch = all.slice(start, start + MAX_BATCH);
      void hand(batch);
      if (faults.strikes('message-twice')) for (const message of batch) later(message, random.int(0, 90_000));
    }
  }

  async function hand(batch: readonly QueuedMessage<Body>[]): Promise<void> {
    try {
      for (const { message, delayMs } of await consume(batch)) later(message, delayMs);
    } catch {
      for (const message of batch) later(message, retryMs);
    }
  }

  function later(message: QueuedMessage<Body>, delayMs: number): void {
    const slow = faults.strikes('message-late') ? random.int(0, 120_000) : 0;
    time.after(delayMs + slow, () => arrive(message));
  }

  return {
    send(bodies, delayMs = 0) {
      for (const body of bodies) later({ id: `${name}-${sent++}`, body }, delayMs);
    },
  };
}
