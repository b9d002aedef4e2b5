export interface LatestWinsOptions<T> {
  /** Works on one item; never rejects. `withdrawn` aborts when a newer one has come, or nobody is there any more. */
  readonly run: (item: T, withdrawn: AbortSignal) => Promise<void>;
  /** Told of an item that waited and never will be worked on. */
  readonly onSuperseded: (item: T) => void;
}

/** One item in work, at most one that waits: the newest. */
export interface LatestWins<T> {
  offer(item: T): void;
  /** Resolves when none is in work and none waits. */
  settled(): Promise<void>;
  /** Nobody is there any more. */
  end(): void;
}

export function createLatestWins<T>({ run, onSuperseded }: LatestWinsOptions<T>): LatestWins<T> {
  let working: AbortController | undefined;
  let waiting: { readonly item: T } | undefined;
  let done = Promise.resolve();

  const work = async (item: T): Promise<void> => {
    working = new AbortController();
    await run(item, working.signal);
    working = undefined;
    const next = waiting;
    waiting = undefined;
    if (next) await work(next.item);
  };

  return {
    offer(item) {
      if (!working) {
        done = work(item);
        return;
      }
      if (waiting) onSuperseded(waiting.item);
      waiting = { item };
      working.abort();
    },
    settled: () => done,
    end() {
      waiting = undefined;
      working?.abort();
    },
  };
}
