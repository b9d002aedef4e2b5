/** The UTC day of a time: `2026-11-23`. */
export function dayOf(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 10);
}

/** The month of a day: `2026-11`. */
export function monthOf(day: string): string {
  return day.slice(0, 7);
}

/** Seconds until the next UTC day begins, rounded up. */
export function secondsToNextDay(timeMs: number): number {
  const date = new Date(timeMs);
  return secondsUntil(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate() + 1), timeMs);
}

/** Seconds until the next UTC month begins, rounded up. */
export function secondsToNextMonth(timeMs: number): number {
  const date = new Date(timeMs);
  return secondsUntil(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1), timeMs);
}

function secondsUntil(endMs: number, timeMs: number): number {
  return Math.ceil((endMs - timeMs) / 1000);
}

/** How many days `from` … `to` are, both counted; below 1 where they are the wrong way round. */
export function daysBetween(from: string, to: string): number {
  return (Date.parse(to) - Date.parse(from)) / 86_400_000 + 1;
}
