/** Failures in a row after which a backend is left alone. */
const OPEN_AFTER = 5;
/** First pause, ms; each probe that fails doubles it … */
const FIRST_PAUSE_MS = 1_000;
/** … up to this, so that a backend that is back is noticed within it. */
const LONGEST_PAUSE_MS = 8_000;
/**
 * A probe of which nothing was heard for so long, ms, is lost: longer than any request may take, whoever sent it has died.
 */
const LONGEST_PROBE_MS = 70_000;
/** A backend that turns requests away is well as long as it made a picture this recently, ms. */
const ALIVE_MS = 10_000;

/** `unknown`: given up before it could be told. */
export type Outcome = 'good' | 'busy' | 'bad' | 'unknown';

/** Leave to send one request. */
interface Pass {
  /** To be called once, with what the request came to. */
  end(outcome: Outcome): void;
}

/** `due`: the next request is a probe. */
type Circuit = 'closed' | 'open' | 'due';

/**
 * The health of one backend, by what became of the requests to it: closed; open after failures in a row; then one probe
 * at a time, which closes it again. Being turned away counts as a failure only where no picture was made for a while: a
 * backend that sheds half of its load is well, one whose model is dead turns all away.
 * @see https://martinfowler.com/bliki/CircuitBreaker.html
 */
export interface CircuitBreaker {
  circuit(): Circuit;
  /** @throws Error while the circuit is open. */
  enter(): Pass;
  /** Time until a request can pass, ms; 0 where one can. */
  pauseMs(): number;
}

export interface CircuitBreakerOptions {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly onChange: (circuit: 'open' | 'closed') => void;
}

export function createCircuitBreaker({ now, onChange }: CircuitBreakerOptions): CircuitBreaker {
  let failures = 0;
  let lastGoodMs = now();
  /** Undefined while the circuit is closed. */
  let open: { pauseMs: number; untilMs: number; probeEndsMs: number } | undefined;

  const circuit = (): Circuit => {
    if (!open) return 'closed';
    return now() < Math.max(open.untilMs, open.probeEndsMs) ? 'open' : 'due';
  };

  const succeed = (): void => {
    failures = 0;
    lastGoodMs = now();
    if (open) onChange('closed');
    open = undefined;
  };

  const fail = (isProbe: boolean): void => {
    failures++;
    if (open && !isProbe) return;
    if (!open && failures < OPEN_AFTER) return;
    if (!open) onChange('open');
    const pauseMs = open ? Math.min(2 * open.pauseMs, LONGEST_PAUSE_MS) : FIRST_PAUSE_MS;
    open = { pauseMs, untilMs: now() + pauseMs, probeEndsMs: 0 };
  };

  return {
    circuit,
    pauseMs: () => (open ? Math.max(0, open.untilMs - now()) : 0),
    enter() {
      const state = circuit();
      if (state === 'open') throw new Error('the circuit is open');
      const isProbe = state === 'due';
      if (open) open.probeEndsMs = now() + LONGEST_PROBE_MS;
      return {
        end(outcome) {
          const isBad = outcome === 'bad' || (outcome === 'busy' && now() - lastGoodMs > ALIVE_MS);
          if (outcome === 'good') succeed();
          else if (isBad) fail(isProbe);
          // Turned away, it is there; given up, it must be asked once more.
          else if (isProbe && outcome === 'busy') succeed();
          else if (isProbe && open) open.probeEndsMs = 0;
        },
      };
    },
  };
}
