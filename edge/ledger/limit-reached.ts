import type { Refusal } from './ledger.ts';

/** Thrown within a transaction so that nothing of it remains; never leaves the ledger. */
export class LimitReached extends Error {
  readonly refusal: Omit<Refusal, 'allowance' | 'granted'>;

  constructor(refusal: Omit<Refusal, 'allowance' | 'granted'>) {
    super(`${refusal.reason}: ${refusal.needed} needed, ${refusal.available} available`);
    this.name = 'LimitReached';
    this.refusal = refusal;
  }
}
