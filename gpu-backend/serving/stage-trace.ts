import type { Clock } from './clock.ts';
import type { MadeRow } from './scheduler.ts';
import type { Stage, Trace } from './trace.ts';

/** Writes down the stages of one request as they happen; they may overlap, as pictures of a request do. */
export interface StageTrace {
  /** From now to when the scheduler took the request or refused it; its queue begins there. */
  admission<T>(admit: () => T): T;
  /** The model made a row: its waiting and its batch, once for each batch. */
  made(row: MadeRow): void;
  timed<T>(name: 'encode' | 'store', work: () => Promise<T>): Promise<T>;
}

/** @param trace what it is written to; its admission begins now. */
export function createStageTrace(trace: Trace, clock: Clock): StageTrace {
  const seen = new Set<MadeRow['batch']>();
  const arrivedAtMs = clock.now();
  let askedAtMs = arrivedAtMs;
  const record = (name: Stage['name'], startedAtMs: number, endedAtMs: number): void =>
    trace.record({ name, startedAtMs, endedAtMs });
  return {
    admission(admit) {
      try {
        return admit();
      } finally {
        askedAtMs = clock.now();
        record('admission', arrivedAtMs, askedAtMs);
      }
    },
    made({ batch, textEncoderMs, generatorMs }) {
      if (seen.has(batch)) return;
      seen.add(batch);
      const endedAtMs = clock.now();
      const startedAtMs = endedAtMs - textEncoderMs - generatorMs;
      record('queue', Math.min(askedAtMs, startedAtMs), startedAtMs);
      const attributes = {
        'galip.batch.rows': batch.rows,
        'galip.batch.bucket': batch.bucket,
        'galip.text_encoder_ms': textEncoderMs,
        'galip.generator_ms': generatorMs,
      };
      trace.record({ name: 'inference', startedAtMs, endedAtMs, attributes });
    },
    async timed(name, work) {
      const startedAtMs = clock.now();
      try {
        return await work();
      } finally {
        record(name, startedAtMs, clock.now());
      }
    },
  };
}
