import { setTimeout as sleep } from 'node:timers/promises';
import { generateResultSchema } from '../../../gpu-backend/contract/generate.ts';
import type { PictureTimes } from '../../../infra/plan/measure/ask-picture.ts';

export interface Replay {
  /** Pictures made, in the order of their answers. */
  readonly made: readonly PictureTimes[];
  /** How many of them came before `endsAtMs`. */
  readonly madeInTime: number;
  /** Requests that were turned away or failed. */
  readonly shed: number;
}

/** Sends requests at the given times, ms from now, whether or not answers come. */
export async function replay(
  send: () => Promise<Response>,
  arrivals: readonly number[],
  endsAtMs: number,
): Promise<Replay> {
  const made: PictureTimes[] = [];
  const asked: Promise<void>[] = [];
  const startedAt = performance.now();
  let madeInTime = 0;
  let shed = 0;

  const ask = async (): Promise<void> => {
    const askedAt = performance.now();
    const response = await send();
    const form = response.ok ? await response.formData() : undefined;
    const now = performance.now();
    await response.body?.cancel().catch(() => undefined);
    if (!form) {
      shed++;
      return;
    }
    const { timings } = generateResultSchema.parse(JSON.parse(String(form.get('result'))));
    made.push({ clientMs: now - askedAt, timings });
    if (now - startedAt <= endsAtMs) madeInTime++;
  };

  for (const atMs of arrivals) {
    const waitMs = startedAt + atMs - performance.now();
    if (waitMs > 0) await sleep(waitMs);
    asked.push(
      ask().catch(() => {
        shed++;
      }),
    );
  }
  await Promise.all(asked);
  return { made, madeInTime, shed };
}
