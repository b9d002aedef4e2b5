/** A bench's aim. */
export interface Bounds {
  readonly seconds: number;
  readonly megabytes: number;
}

/** What it measured, at its worst. */
export interface Measured {
  readonly seconds: number;
  readonly bytes: number;
}

/** One measurement, judged. */
export interface Verdict {
  readonly text: string;
  readonly isWithin: boolean;
}

export function verdictOn(name: string, { seconds, bytes }: Measured, bounds: Bounds): Verdict {
  const megabytes = bytes / 1e6;
  const text = `${name}: ${seconds.toFixed(2)} s, ${megabytes.toFixed(0)} MB`;
  const isWithin = seconds <= bounds.seconds && megabytes <= bounds.megabytes;
  const excess = `; at most ${bounds.seconds} s and ${bounds.megabytes} MB are allowed`;
  return { text: isWithin ? text : text + excess, isWithin };
}
