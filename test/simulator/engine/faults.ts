import type { Random } from './random.ts';

/** All that can go wrong. Names of steps (`ledger.settle.after-commit`) count under `step`. */
const FAULTS = [
  'step',
  'request-lost',
  'reply-lost',
  'caller-dies',
  'object-hangs',
  'alarm-twice',
  'alarm-late',
  'message-twice',
  'message-late',
  'store-fails',
  'database-fails',
  'cache-forgets',
  'backend-refuses',
  'backend-dies-before-put',
  'backend-dies-after-put',
  'backend-slow',
  'withdrawal-late',
  'eviction',
] as const;
type Fault = (typeof FAULTS)[number];

/** Decides what goes wrong, until it is told to stop. */
export interface Faults {
  strikes(fault: Fault): boolean;
  /** Whether who comes by a named step dies there. */
  diesAt(step: string): boolean;
  /** The steps that somebody died at. */
  readonly deadlySteps: ReadonlySet<string>;
  /** Milliseconds that an alarm comes late. */
  lateness(): number;
  /** Milliseconds of one way over the network. */
  hopMs(): number;
  stop(): void;
}

/** Each seed has some of the faults only, each with a rate of its own: together they would hide each other. */
export function createFaults(random: Random): Faults {
  const rates = new Map<Fault, number>();
  for (const fault of FAULTS) {
    if (random.chance(0.45)) rates.set(fault, random.pick([0.01, 0.03, 0.1, 0.3]));
  }
  let isOver = false;
  const strikes = (fault: Fault): boolean => {
    const rate = rates.get(fault);
    return rate !== undefined && !isOver && random.chance(rate);
  };
  const slowestHopMs = random.pick([1, 5, 25]);
  const deadlySteps = new Set<string>();
  return {
    strikes,
    diesAt(step) {
      const dies = strikes('step');
      if (dies) deadlySteps.add(step);
      return dies;
    },
    deadlySteps,
    lateness: () => (strikes('alarm-late') ? random.int(1, 60_000) : 0),
    hopMs: () => random.int(0, slowestHopMs),
    stop() {
      isOver = true;
    },
  };
}
