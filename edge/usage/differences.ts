import type { SettledCharge } from '../ledger/ledger.ts';

/** What is held against the ledger: the usage table, or the gateway's access log. */
export type Source = 'charges' | 'answers';

export interface CountedCharge {
  readonly chargeId: string;
  readonly units: number;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** A charge that is not the same in the ledger and in a source; null: it is not there at all. */
export interface Difference extends Pick<CountedCharge, 'chargeId'> {
  readonly source: Source;
  readonly ledgerUnits: number | null;
  readonly sourceUnits: number | null;
}

/**
 * All differences, in the order of the ledger, then of the source. What is as young as `settledBefore`
 * (milliseconds since 1970) may be on its way still and is none.
 */
export function differencesOf(
  source: Source,
  ledger: readonly SettledCharge[],
  counted: readonly CountedCharge[],
  settledBefore: number,
): readonly Difference[] {
  const unitsOf = new Map(counted.map(({ chargeId, units }) => [chargeId, units]));
  const known = new Set(ledger.map(({ chargeId }) => chargeId));
  const differing = ledger
    .filter(({ chargeId, units, settledAt }) => settledAt < settledBefore && unitsOf.get(chargeId) !== units)
    .map(({ chargeId, units }) => {
      const sourceUnits = unitsOf.get(chargeId) ?? null;
      return { chargeId, source, ledgerUnits: units, sourceUnits };
    });
  const unknown = counted
    .filter(({ chargeId, at }) => at < settledBefore && !known.has(chargeId))
    .map(({ chargeId, units }) => ({ chargeId, source, ledgerUnits: null, sourceUnits: units }));
  return [...differing, ...unknown];
}
