import fc from 'fast-check';
import { describe, it } from 'vitest';
import { LedgerRun } from './ledger-run.ts';
import { operation } from './operations.ts';

describe('the ledger beside its model', () => {
  it('agrees after every step of any history, with deaths at every named step', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { minLength: 1, maxLength: 60 }), async (operations) => {
        const run = new LedgerRun();
        for (const next of operations) await run.apply(next);
        await run.finish();
      }),
      { numRuns: Number(process.env.LEDGER_RUNS ?? 1000) },
    );
  }, 600_000);
});
