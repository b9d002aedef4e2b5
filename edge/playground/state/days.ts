/** A day of UTC, as 2026-11-25. */
export function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

const DAY_MS = 86_400_000;

/** The last `count` days of UTC up to that of `nowMs`, the oldest first. */
export function lastDays(count: number, nowMs: number): string[] {
  return Array.from({ length: count }, (_, index) => dayOf(nowMs - (count - 1 - index) * DAY_MS));
}

/** 1, 2 or 5 times a power of ten, at least `value`: the top of a chart's axis. */
export function niceCeiling(value: number): number {
  if (value <= 1) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 5, 10].find((step) => step * power >= value) ?? 10) * power;
}
