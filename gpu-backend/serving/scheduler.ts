import { ApiError } from '../contract/errors.ts';
import type { Inference, InferenceBatch, InferenceResult } from '../runtime/inference.ts';
import type { Clock } from './clock.ts';

interface Scheduled extends InferenceResult {
  /** Time between asking and the model's beginning. */
  readonly queueMs: number;
}

/** Decides when and with whom a batch reaches the model. */
export interface Scheduler {
  /**
   * A batch whose model died is run once more.
   * @throws ApiError `backend_unavailable` at once when the queue is full, or when the model died twice;
   * whatever reason `signal` aborts with while the batch still waits.
   */
  run(batch: InferenceBatch, signal: AbortSignal): Promise<Scheduled>;
  /** Batches that wait for the model, the running one left out. */
  depth(): number;
}

export interface FifoSchedulerOptions {
  readonly inference: Inference;
  readonly clock: Clock;
  /** Batches that may wait; the next one is refused. */
  readonly queueLimit: number;
}

interface Waiting {
  readonly begin: () => Promise<void>;
}

/** First come, first served, one batch at a time. */
export function createFifoScheduler({ inference, clock, queueLimit }: FifoSchedulerOptions): Scheduler {
  const queue = new Set<Waiting>();
  let isBusy = false;

  const generate = async (batch: InferenceBatch, signal: AbortSignal): Promise<InferenceResult> => {
    try {
      return await inference.generate(batch, signal);
    } catch (error) {
      const hasDied = error instanceof ApiError && error.code === 'backend_unavailable';
      if (!hasDied || signal.aborted) throw error;
      // Once: a batch that two models died of may well be the reason.
      return inference.generate(batch, signal);
    }
  };

  const next = async (): Promise<void> => {
    if (isBusy) return;
    isBusy = true;
    for (const waiting of queue) {
      queue.delete(waiting);
      await waiting.begin();
    }
    isBusy = false;
  };

  return {
    depth: () => queue.size,
    run(batch, signal) {
      if (signal.aborted) return Promise.reject(signal.reason);
      if (queue.size >= queueLimit) {
        const cause = new Error(`${queue.size} batches are waiting already`);
        return Promise.reject(new ApiError('backend_unavailable', { cause }));
      }
      const askedAt = clock.now();
      return new Promise((resolve, reject) => {
        const waiting: Waiting = {
          async begin() {
            signal.removeEventListener('abort', leave);
            const queueMs = clock.now() - askedAt;
            await generate(batch, signal).then((result) => resolve({ ...result, queueMs }), reject);
          },
        };
        const leave = (): void => {
          queue.delete(waiting);
          reject(signal.reason);
        };
        signal.addEventListener('abort', leave, { once: true });
        queue.add(waiting);
        void next();
      });
    },
  };
}
