import type { Faults } from './faults.ts';
import type { Life } from './lives.ts';

/** Thrown from a core's named step: the process is dead by then. */
export class Crash extends Error {}

/** The hook of synchronous steps. */
export function crashPointOf(life: Life, faults: Faults): (step: string) => void {
  return (step) => {
    if (!faults.diesAt(step)) return;
    life.kill();
    throw new Crash(step);
  };
}

/** The hook of asynchronous steps: a dead process never goes on. */
export function deathPointOf(life: Life, faults: Faults): (step: string) => Promise<void> | undefined {
  return (step) => {
    if (!faults.diesAt(step)) return undefined;
    life.kill();
    return new Promise<never>(() => undefined);
  };
}
