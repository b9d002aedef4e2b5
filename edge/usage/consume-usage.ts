import type { Log } from '../middleware/answer-errors.ts';
import { storeUsage } from './store-usage.ts';

/** What the queues' names end in; before it may stand that of the environment. */
export const USAGE_QUEUE = 'galip-usage';
/** Where messages go that could not be stored 20 times. */
export const DEAD_USAGE_QUEUE = 'galip-usage-dead';

export interface ConsumeOptions {
  readonly db: D1Database;
  readonly log: Log;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Stores a batch of either usage queue. What it throws has the whole batch come again, later. */
export async function consumeUsage(
  batch: Pick<MessageBatch, 'queue' | 'messages'>,
  { db, log, now }: ConsumeOptions,
): Promise<void> {
  const messages = batch.messages.length;
  if (batch.queue.endsWith(DEAD_USAGE_QUEUE)) log({ level: 'error', event: 'usage_dead_letters', messages });
  const dead = await storeUsage(db, batch.messages, now());
  if (dead > 0) log({ level: 'error', event: 'usage_unreadable', messages: dead });
}
