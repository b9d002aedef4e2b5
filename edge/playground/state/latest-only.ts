/**
 * Lets one call run at a time; of those that come meanwhile only the last is made, and the others answer undefined.
 */
export function latestOnly<Input, Output>(
  run: (input: Input) => Promise<Output>,
): (input: Input) => Promise<Output | undefined> {
  let running: Promise<unknown> | undefined;
  let newest = 0;
  return async (input) => {
    newest += 1;
    const mine = newest;
    while (running) {
      await running;
      if (mine !== newest) return undefined;
    }
    const call = run(input);
    running = call.then(
      () => undefined,
      () => undefined,
    );
    try {
      return await call;
    } finally {
      running = undefined;
    }
  };
}
