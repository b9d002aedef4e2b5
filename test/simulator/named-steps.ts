import type { FlightStep } from '../../edge/flight/flight-core.ts';
import type { JobStep } from '../../edge/jobs/job-core.ts';
import type { LedgerAction, LedgerStep } from '../../edge/ledger/crash-point.ts';

/** Keys alone count: that none is missing is the compiler's to see. */
const LEDGER_ACTIONS: Readonly<Record<LedgerAction, true>> = {
  reserve: true,
  settle: true,
  record: true,
  credit: true,
  expire: true,
  accept: true,
  shortage: true,
  supply: true,
  'give-back': true,
  'take-back': true,
};

const OTHERS: Readonly<Record<Extract<LedgerStep, `ledger.outbox.${string}`> | FlightStep | JobStep, true>> =
  {
    'ledger.outbox.before-send': true,
    'ledger.outbox.after-send': true,
    'ledger.outbox.after-delete': true,
    'flight.recorded': true,
    'flight.generated': true,
    'flight.landed': true,
    'flight.refused': true,
    'job.create.after-commit': true,
    'job.claim.after-commit': true,
    'job.run.before-finish': true,
    'job.finish.after-commit': true,
    'job.wait.after-commit': true,
    'job.publish.after-send': true,
  };

/** All steps of the simulated cores that a process can die at. */
export const NAMED_STEPS: readonly string[] = [
  ...Object.keys(LEDGER_ACTIONS).flatMap((action) => [
    `ledger.${action}.before-commit`,
    `ledger.${action}.after-commit`,
  ]),
  ...Object.keys(OTHERS),
];
