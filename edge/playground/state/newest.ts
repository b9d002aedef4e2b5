import type { Latest, LatestOptions } from './latest.ts';

/**
 * Does all that is asked at once, for a worker that drops by itself what it need not do: its answer is undefined then. An
 * answer is told unless that of something newer was.
 */
export function createNewest<Input, Output>(
  options: Omit<LatestOptions<Input, Output>, 'run'> & {
    readonly run: (input: Input) => Promise<Output | undefined>;
  },
): Latest<Input> {
  const { run, onDone, onFailed, onBusy } = options;
  let asked = 0;
  let told = 0;
  let running = 0;

  async function work(input: Input, number: number): Promise<void> {
    running += 1;
    if (running === 1) onBusy(true);
    try {
      const output = await run(input);
      if (output !== undefined && number > told) {
        told = number;
        onDone(input, output);
      }
    } catch (error) {
      // What is newer comes at once, and may well succeed.
      if (number === asked && number > told) onFailed(input, error);
    }
    running -= 1;
    if (running === 0) onBusy(false);
  }

  return {
    ask(input) {
      asked += 1;
      void work(input, asked);
    },
    forget() {
      told = asked;
    },
  };
}
