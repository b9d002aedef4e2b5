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

/** An error and what caused it, outermost first: `ApiError: …  ← Error: …`. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const text = `${error.name}: ${error.message}`;
  return error.cause === undefined ? text : `${text} ← ${describeError(error.cause)}`;
}
