/** A request as the batcher sees it: rows of one caller that must all be made in time. */
export interface Job {
  /** Whom to be fair to. */
  readonly caller: string;
  /** Pictures; at least 1. */
  readonly rows: number;
  /** When they must be made, ms on the clock that the batcher is called with. */
  readonly deadlineAtMs: number;
}

/** A job that waits. Its rows leave in order, not always in one batch. */
export interface Waiting<J extends Job> {
  readonly job: J;
  readonly askedAtMs: number;
  /** Whether the model was idle when it came: such a job never waits for company. */
  readonly foundIdle: boolean;
  /** Rows that have left already. */
  readonly taken: number;
}

/** Rows of a job that go into one batch: `count` of them from row `from` on. */
export interface Part<J extends Job> {
  readonly job: J;
  readonly from: number;
  readonly count: number;
}
