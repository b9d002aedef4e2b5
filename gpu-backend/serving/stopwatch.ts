import type { StageTimings } from '../contract/generate.ts';
import type { Clock } from './clock.ts';
import type { MadeRow } from './scheduler.ts';

/** Takes the times of a request's stages, which overlap: each ends when its last picture is through. */
export interface Stopwatch {
  tokenised(): void;
  /** The model made a row. */
  made(row: MadeRow): void;
  encoded(): void;
  /** What follows the model so far, ms. */
  tailMs(): number;
  /** Stages as if one came after the other: together no more than the whole. */
  timings(): StageTimings;
}

export function createStopwatch(clock: Clock): Stopwatch {
  const startedAt = clock.now();
  let tokenisedAt = startedAt;
  let madeAt = startedAt;
  let encodedAt = startedAt;
  let last: MadeRow | undefined;
  return {
    tokenised() {
      tokenisedAt = clock.now();
    },
    made(row) {
      madeAt = clock.now();
      last = row;
    },
    encoded() {
      encodedAt = clock.now();
    },
    tailMs: () => clock.now() - madeAt,
    timings() {
      const now = clock.now();
      return {
        queueMs: last?.queueMs ?? 0,
        tokeniseMs: tokenisedAt - startedAt,
        textEncoderMs: last?.textEncoderMs ?? 0,
        generatorMs: last?.generatorMs ?? 0,
        encodeMs: Math.max(0, encodedAt - madeAt),
        storeMs: now - Math.max(encodedAt, madeAt),
        totalMs: now - startedAt,
      };
    },
  };
}
