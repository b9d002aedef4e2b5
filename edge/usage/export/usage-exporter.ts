/** A charge with units, as it is told to who writes the bills. Final: it is never told otherwise. */
export interface ExportedCharge {
  readonly chargeId: string;
  readonly tenant: string;
  readonly keyId: string;
  readonly model: string;
  readonly outcome: string;
  readonly units: number;
  readonly day: string;
  /** Milliseconds since 1970. */
  readonly settledAt: number;
}

/** Where charges go for billing. What it has by the same charge id already is a success. */
export interface UsageExporter {
  /** @returns the ids of those that are there now. @throws Error when none is. */
  send(charges: readonly ExportedCharge[]): Promise<readonly string[]>;
}
