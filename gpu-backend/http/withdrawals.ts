/** Tickets that were withdrawn before their request came; older ones are forgotten. */
const MAX_EARLY = 10_000;

/** Requests that may be called off while they wait, by the tickets that their callers gave them. */
export interface Withdrawals {
  /** Aborts when the ticket is withdrawn; is aborted where it was, before the request came. */
  signalOf(ticket: string): AbortSignal;
  /** Whether a request of that ticket is here; where none is, nothing happens. */
  withdraw(ticket: string, reason: Error): boolean;
  /** Withdraws a request that may still come. */
  withdrawEarly(ticket: string, reason: Error): void;
  /** The request has ended. */
  forget(ticket: string): void;
}

export function createWithdrawals(): Withdrawals {
  const present = new Map<string, AbortController>();
  const early = new Map<string, Error>();
  return {
    signalOf(ticket) {
      const controller = new AbortController();
      const reason = early.get(ticket);
      if (reason) controller.abort(reason);
      early.delete(ticket);
      present.set(ticket, controller);
      return controller.signal;
    },
    withdraw(ticket, reason) {
      const controller = present.get(ticket);
      controller?.abort(reason);
      return controller !== undefined;
    },
    withdrawEarly(ticket, reason) {
      const [oldest] = early.size < MAX_EARLY ? [] : early.keys();
      if (oldest !== undefined) early.delete(oldest);
      early.set(ticket, reason);
    },
    forget(ticket) {
      present.delete(ticket);
    },
  };
}
