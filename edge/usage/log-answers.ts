import type { Ledger, LedgerOf, SettledCharge } from '../ledger/ledger.ts';
import { CHARGED_OUTCOMES } from '../ledger/ledger.ts';
import type { Log } from '../middleware/answer-errors.ts';
import type { UsageEvent } from './usage-event.ts';

export interface LogAnswersOptions {
  readonly ledgerOf: LedgerOf;
  /** Takes the events for the access log. */
  readonly send: (events: readonly UsageEvent[]) => Promise<void>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly log: Log;
}

/**
 * The ledgers, noting each charge that they answered in the gateway's own access log before the client hears of it.
 * Reconciliation holds the one against the other.
 */
export function logAnswers({ ledgerOf, send, now, log }: LogAnswersOptions): LedgerOf {
  async function note(charges: readonly SettledCharge[]): Promise<void> {
    const events = charges
      .filter(({ outcome }) => CHARGED_OUTCOMES.has(outcome))
      .map(({ chargeId, tenant, units, day }) => ({
        kind: 'answer' as const,
        chargeId,
        tenant,
        units,
        day,
        answeredAt: now(),
      }));
    if (events.length === 0) return;
    try {
      await send(events);
    } catch (cause) {
      // The charge stands and the picture is there: an answer is worth more than its entry, which the log line replaces.
      log({
        level: 'error',
        event: 'access_log',
        charges: events.map(({ chargeId }) => chargeId),
        cause: causeOf(cause),
      });
    }
  }
  return (place): Ledger => {
    const ledger = ledgerOf(place);
    return {
      ...ledger,
      async settle(settlement) {
        const settled = await ledger.settle(settlement);
        await note(settled.charges);
        return settled;
      },
      async record(request) {
        const recorded = await ledger.record(request);
        if (recorded.granted) await note(recorded.charges);
        return recorded;
      },
    };
  };
}

function causeOf(cause: unknown): string {
  return cause instanceof Error ? `${cause.name}: ${cause.message}` : 'unknown';
}
