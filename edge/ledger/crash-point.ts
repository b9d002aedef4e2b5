export type LedgerAction =
  | 'reserve'
  | 'settle'
  | 'record'
  | 'credit'
  | 'expire'
  | 'accept'
  | 'shortage'
  | 'supply'
  | 'give-back'
  | 'take-back';

/** Where the ledger can die with different consequences, in the order of the steps. */
export type LedgerStep =
  | `ledger.${LedgerAction}.${'before-commit' | 'after-commit'}`
  | `ledger.outbox.${'before-send' | 'after-send' | 'after-delete'}`;

/** Called at each step; the simulator throws from it, production does nothing. */
export type CrashPoint = (step: LedgerStep) => void;
