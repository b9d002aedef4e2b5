import type { CrashPoint } from './crash-point.ts';
import type { LedgerCore } from './ledger-core.ts';
import type { UsageMessage } from './outbox.ts';

export interface FlushOptions {
  readonly ledger: Pick<LedgerCore, 'nextUsage' | 'forgetUsage' | 'delayUsage'>;
  /** At least once: whoever receives a message twice changes nothing the second time. */
  readonly send: (messages: readonly UsageMessage[]) => Promise<void>;
  readonly crashPoint?: CrashPoint;
}

/**
 * Sends all that is due. A message leaves the outbox only once it was taken; when sending fails, all that is left waits.
 * @returns the cause of a failed send, for the log.
 */
export async function flushOutbox({
  ledger,
  send,
  crashPoint = () => undefined,
}: FlushOptions): Promise<unknown> {
  for (let batch = ledger.nextUsage(); batch; batch = ledger.nextUsage()) {
    crashPoint('ledger.outbox.before-send');
    if (batch.messages.length > 0) {
      try {
        await send(batch.messages);
      } catch (cause) {
        ledger.delayUsage();
        return cause;
      }
    }
    crashPoint('ledger.outbox.after-send');
    ledger.forgetUsage(batch.upTo);
    crashPoint('ledger.outbox.after-delete');
  }
  return undefined;
}
