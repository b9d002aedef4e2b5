/** Tickets that came to an end unseen by their request, or before it; older ones are forgotten. */
const MAX_TICKETS = 10_000;

/** Requests that may be called off while they wait, by the tickets that their callers gave them. */
export interface Withdrawals {
  /** Aborts when the ticket is withdrawn, also where that was heard of before the request itself. */
  signalOf(ticket: string): AbortSignal;
  withdraw(ticket: string, reason: Error): void;
  /** The request has ended. */
  forget(ticket: string): void;
}

export function createWithdrawals(): Withdrawals {
  const tickets = new Map<string, AbortController>();
  const open = (ticket: string): AbortController => {
    const known = tickets.get(ticket);
    if (known) return known;
    const [oldest] = tickets.size < MAX_TICKETS ? [] : tickets.keys();
    if (oldest !== undefined) tickets.delete(oldest);
    const controller = new AbortController();
    tickets.set(ticket, controller);
    return controller;
  };
  return {
    signalOf: (ticket) => open(ticket).signal,
    withdraw: (ticket, reason) => open(ticket).abort(reason),
    forget(ticket) {
      tickets.delete(ticket);
    },
  };
}
