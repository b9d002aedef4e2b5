import type { Job, Part, Waiting } from './job.ts';

/** Rows that a caller is owed each time that its turn comes. */
const QUANTUM_ROWS = 1;

/** A batch that fairness would make; nothing has changed until `commit`. */
interface FairChoice<J extends Job> {
  readonly parts: readonly Part<J>[];
  commit(): void;
}

/**
 * Deficit round robin over callers, in rows: however many requests a caller sends and however many pictures each has, it
 * gets the same share as the others that wait. A caller's own requests stay in order, and a request that has begun is
 * finished before the next caller's turn.
 * @see Shreedhar and Varghese, Efficient fair queuing using deficit round-robin, IEEE/ACM ToN 4 (1996)
 */
export interface FairTurns<J extends Job> {
  /** The next `room` rows out of `waiting`, of which each caller's first is served first. */
  choose(waiting: readonly Waiting<J>[], room: number): FairChoice<J>;
}

interface Turn<J extends Job> {
  readonly caller: string;
  readonly queue: readonly Waiting<J>[];
  /** Jobs of `queue` that have been served whole. */
  served: number;
  /** Rows that the caller is owed. */
  credit: number;
}

export function createFairTurns<J extends Job>(): FairTurns<J> {
  /** Callers in order of their turns, with what each is owed. */
  let credits: ReadonlyMap<string, number> = new Map();
  /** Whose turn has begun and goes on: it has got its quantum already. */
  let inTurn: string | undefined;

  return {
    choose(waiting, room) {
      let turns = turnsOf(waiting, credits);
      let open = turns[0]?.caller === inTurn ? inTurn : undefined;
      const parts: Part<J>[] = [];
      let left = room;
      const endTurn = (stays: boolean): void => {
        const [turn, ...others] = turns;
        turns = turn && stays ? [...others, turn] : others;
        open = undefined;
      };
      for (let turn = turns[0]; turn && left > 0; turn = turns[0]) {
        if (open === undefined) turn.credit += QUANTUM_ROWS;
        open = turn.caller;
        const head = turn.queue[turn.served];
        if (!head) {
          // Nobody saves up for later.
          endTurn(false);
          continue;
        }
        const { job, taken } = head;
        if (taken === 0 && turn.credit < job.rows) {
          endTurn(true);
          continue;
        }
        if (taken === 0) turn.credit -= job.rows;
        const count = Math.min(job.rows - taken, left);
        parts.push({ job, from: taken, count });
        left -= count;
        turn.served++;
      }
      return {
        parts,
        commit() {
          inTurn = open;
          credits = new Map(turns.map(({ caller, credit }) => [caller, credit]));
        },
      };
    },
  };
}

/** Those who wait, in the order that they had and newcomers last. */
function turnsOf<J extends Job>(
  waiting: readonly Waiting<J>[],
  credits: ReadonlyMap<string, number>,
): Turn<J>[] {
  const queues = Map.groupBy(waiting, ({ job }) => job.caller);
  const callers = [...credits.keys()].filter((caller) => queues.has(caller));
  return [...new Set([...callers, ...queues.keys()])].map((caller) => {
    return { caller, queue: queues.get(caller) ?? [], served: 0, credit: credits.get(caller) ?? 0 };
  });
}
