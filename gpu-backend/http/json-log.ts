/** One thing that happened. Never a prompt, a secret or a picture. */
export interface LogEntry {
  readonly event: string;
  readonly [field: string]: unknown;
}

export type Log = (entry: LogEntry) => void;

/** One JSON object a line. */
export function createJsonLog(write: (line: string) => void): Log {
  return (entry) => write(`${JSON.stringify({ time: new Date().toISOString(), ...entry })}\n`);
}

/**
 * Lines of one turn of the event loop go out together: to a pipe Node writes at once and waits for it, line by line, which
 * is a good part of what refusing a request costs.
 * @param later runs what is left to the end of the turn.
 */
export function createLineWriter(
  write: (lines: string) => void,
  later: (flush: () => void) => void = setImmediate,
): { readonly write: (line: string) => void; readonly flush: () => void } {
  let waiting = '';
  const flush = (): void => {
    if (waiting !== '') write(waiting);
    waiting = '';
  };
  return {
    flush,
    write(line) {
      if (waiting === '') later(flush);
      waiting += line;
    },
  };
}

/** An error and what caused it, outermost first: `ApiError: …  ← Error: …`. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const text = `${error.name}: ${error.message}`;
  return error.cause === undefined ? text : `${text} ← ${describeError(error.cause)}`;
}
