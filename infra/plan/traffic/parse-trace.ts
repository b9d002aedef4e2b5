import { CommandError } from '../../command/command-error.ts';
import type { Trace, TracePoint } from './trace.ts';

/** More of a second is no service of one region. */
const MAX_RPS = 1_000_000;

/**
 * A trace from a file's text: CSV with the columns `time,rps`, its header may be left out, or JSON objects with these
 * fields, one a line. Times are seconds, or dates with a time (`2026-11-25T08:00:00Z`).
 * @throws CommandError naming the line, what stands there and what is allowed.
 */
export function parseTrace(text: string): Trace {
  const lines = text.split(/\r?\n/u).map((line, at) => ({ line: line.trim(), place: at + 1 }));
  const rows = lines.filter(({ line }) => line !== '');
  const [head] = rows;
  if (head && /^time\s*,\s*rps$/iu.test(head.line)) rows.shift();
  const points = rows.map(({ line, place }) => pointOf(line, place));
  for (const [at, { seconds }] of points.entries()) {
    const before = points[at - 1];
    if (before && before.seconds >= seconds) {
      throw new CommandError(
        `--trace, line ${rows[at]?.place}: its time must be after that of the line above.`,
      );
    }
  }
  const [first, second, ...others] = points;
  if (!first || !second)
    throw new CommandError('--trace has no two lines: it must have at least two, time,rps.');
  if (!points.some(({ rps }) => rps > 0))
    throw new CommandError('--trace has no rps above 0: there is nothing to plan.');
  const since = ({ seconds, rps }: TracePoint): TracePoint => ({ seconds: seconds - first.seconds, rps });
  return [since(first), since(second), ...others.map(since)];
}

function pointOf(line: string, place: number): TracePoint {
  const [time, rps, ...others] = line.startsWith('{') ? fieldsOf(line, place) : line.split(',');
  const seconds = secondsOf(time);
  if (others.length > 0 || seconds === undefined) {
    throw new CommandError(
      `--trace, line ${place} is ${JSON.stringify(line)}: it must be time,rps with the time in seconds or as a date.`,
    );
  }
  const rate = typeof rps === 'string' && rps.trim() !== '' ? Number(rps) : rps;
  if (typeof rate !== 'number' || !(rate >= 0 && rate <= MAX_RPS)) {
    throw new CommandError(
      `--trace, line ${place}: rps is ${JSON.stringify(rps)}: it must be a number, 0 … ${MAX_RPS}.`,
    );
  }
  return { seconds, rps: rate };
}

function fieldsOf(line: string, place: number): unknown[] {
  try {
    const { time, rps } = JSON.parse(line) as { time?: unknown; rps?: unknown };
    return [time, rps];
  } catch (cause) {
    throw new CommandError(`--trace, line ${place} is no JSON: ${JSON.stringify(line)}.`, { cause });
  }
}

function secondsOf(time: unknown): number | undefined {
  if (typeof time === 'number') return Number.isFinite(time) ? time : undefined;
  if (typeof time !== 'string' || time.trim() === '') return undefined;
  const text = time.trim();
  if (/^-?\d+(?:\.\d+)?$/u.test(text)) return Number(text);
  const ms = /^\d{4}-\d\d-\d\dT/u.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms / 1_000;
}
