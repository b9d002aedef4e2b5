/** Share of the requests that may be sent once more. */
const RETRY_SHARE = 0.1;
/** Retries that an isolate may make before it has seen any request, and that a quiet time may save up. */
const BURST = 10;

/**
 * What requests sent to a second backend are paid from, so that an outage is never answered with twice the load: after R
 * requests at most BURST + R / 10 have been sent again, hedges included.
 * @see https://finagle.github.io/blog/2016/02/08/retry-budgets/
 */
export interface RetryBudget {
  /** A request came in. */
  earn(): void;
  /** Whether one more try can be paid. */
  has(): boolean;
  /** Pays for one more try; false: it must not be made. */
  spend(): boolean;
}

export function createRetryBudget(): RetryBudget {
  /** In requests: a try costs as many as earn one. Whole numbers, so that ten tenths are one. */
  const cost = 1 / RETRY_SHARE;
  let saved = BURST * cost;
  return {
    earn() {
      saved = Math.min(saved + 1, BURST * cost);
    },
    has: () => saved >= cost,
    spend() {
      if (saved < cost) return false;
      saved -= cost;
      return true;
    },
  };
}
