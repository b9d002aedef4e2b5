export interface LatestOptions<Input, Output> {
  readonly run: (input: Input) => Promise<Output>;
  readonly onDone: (input: Input, output: Output) => void;
  readonly onFailed: (input: Input, error: unknown) => void;
  /** Told when work begins, and when none is left. */
  readonly onBusy: (busy: boolean) => void;
}

/** Does one thing at a time; of what is asked meanwhile only the last is done. */
export interface Latest<Input> {
  ask(input: Input): void;
  /** Nothing of what was asked so far is told any more. */
  forget(): void;
}

/** The pace is that of the answers: whoever drags a slider asks for as many pictures as can be made, and no more. */
export function createLatest<Input, Output>(options: LatestOptions<Input, Output>): Latest<Input> {
  const { run, onDone, onFailed, onBusy } = options;
  let running = false;
  let next: { input: Input } | undefined;
  let era = 0;

  async function work(): Promise<void> {
    running = true;
    onBusy(true);
    while (next) {
      const { input } = next;
      next = undefined;
      const asked = era;
      try {
        const output = await run(input);
        if (asked === era) onDone(input, output);
      } catch (error) {
        // What is newer comes at once, and may well succeed.
        if (asked === era && !next) onFailed(input, error);
      }
    }
    running = false;
    onBusy(false);
  }

  return {
    ask(input) {
      next = { input };
      if (!running) void work();
    },
    forget() {
      next = undefined;
      era += 1;
    },
  };
}
