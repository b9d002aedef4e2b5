import { ApiError } from '../../gpu-backend/contract/errors.ts';
import type { Backend } from '../adapters/backend.ts';
import type { Scorer } from '../adapters/scorer.ts';
import type { Clock } from '../durable/clock.ts';
import { BackendFailure } from './backend-failure.ts';
import type { CircuitBreaker, Outcome } from './circuit-breaker.ts';
import type { RetryBudget } from './retry-budget.ts';

/**
 * All tries together, ms: ten pictures of the full-size model on two CPU threads behind a full queue take about half of
 * this.
 */
const LIMIT_MS = 60_000;

/** One of the backends. */
export interface Member {
  /** As the log names it. */
  readonly name: string;
  readonly backend: Backend & Scorer;
  readonly breaker: CircuitBreaker;
}

export interface FailOverOptions {
  /** In order of preference. */
  readonly members: readonly Member[];
  readonly budget: RetryBudget;
  readonly clock: Clock;
  /** A request not answered after this, ms, is sent to the next backend too; undefined: never. */
  readonly hedgeMs: number | undefined;
}

/**
 * Backends as one: the first that is well is asked; where it was not reached or is busy, the next, while the budget
 * lasts. What has begun to answer is not asked for elsewhere. Two that make the same picture make one object: its name is
 * its fingerprint, and the store keeps the first.
 * @throws ApiError whatever the picture itself is refused with; `backend_unavailable` with the time after which the first
 * of them may be well again.
 */
export function createFailOver(options: FailOverOptions): Backend & Scorer {
  return {
    generate: (request) => fly((backend, signal) => backend.generate(request, signal), options),
    compose: (request) => fly((backend, signal) => backend.compose(request, signal), options),
    score: (request) => fly((backend, signal) => backend.score(request, signal), options),
  };
}

function fly<T>(
  askOne: (backend: Backend & Scorer, signal: AbortSignal) => Promise<T>,
  options: FailOverOptions,
): Promise<T> {
  const { members, budget, clock, hedgeMs } = options;
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const giveUp = new AbortController();
  const untried = new Set(members);
  const failures: { readonly member: Member; readonly error: BackendFailure }[] = [];
  let running = 0;
  let isOver = false;

  const end = (settle: () => void): void => {
    if (isOver) return;
    isOver = true;
    for (const cancel of timers) cancel();
    settle();
    giveUp.abort();
  };

  /** Asks one backend more; false where there is none to ask. A second one is paid for. */
  const ask = (): boolean => {
    const isFirst = running === 0 && failures.length === 0;
    const member = choose([...untried], isFirst ? budget.has() : true);
    if (!member || (!isFirst && !budget.spend())) return false;
    untried.delete(member);
    void attempt(member);
    return true;
  };

  const attempt = async (member: Member): Promise<void> => {
    const pass = member.breaker.enter();
    running++;
    let answer: T;
    try {
      answer = await askOne(member.backend, giveUp.signal);
    } catch (thrown) {
      running--;
      pass.end(isOver ? lateOutcome() : outcomeOf(thrown));
      if (!isOver) lose(member, thrown);
      return;
    }
    pass.end('good');
    end(() => resolve(answer));
  };

  const lose = (member: Member, thrown: unknown): void => {
    if (!(thrown instanceof BackendFailure)) {
      // One that was hedged may have begun with what this one had not: then the picture is made.
      if (running > 0 && thrown instanceof ApiError && thrown.code === 'superseded') return;
      end(() => reject(thrown));
      return;
    }
    failures.push({ member, error: thrown });
    const mayAskOn = thrown.kind !== 'broken';
    if ((mayAskOn && ask()) || running > 0) return;
    end(() => reject(summaryOf(members, failures)));
  };

  let isLate = false;
  const lateOutcome = (): Outcome => (isLate ? 'bad' : 'unknown');
  const timers = [
    clock.after(LIMIT_MS, () => {
      isLate = true;
      const cause = new Error(`no answer within ${LIMIT_MS} ms`);
      end(() => reject(new BackendFailure('broken', { cause })));
    }),
    ...(hedgeMs === undefined ? [] : [clock.after(hedgeMs, () => void ask())]),
  ];
  budget.earn();
  if (!ask()) end(() => reject(summaryOf(members, failures)));
  return promise;
}

/**
 * The first that is well, in order. One that was not is probed by a live request, but only where its failure could be
 * paid for, or where nobody else is left.
 */
function choose(members: readonly Member[], canPay: boolean): Member | undefined {
  const isClosed = ({ breaker }: Member): boolean => breaker.circuit() === 'closed';
  const canWait = members.some(isClosed) && !canPay;
  return members.find((member) => isClosed(member) || (member.breaker.circuit() === 'due' && !canWait));
}

function outcomeOf(thrown: unknown): Outcome {
  // Withdrawn, perhaps before it was sent there.
  if (thrown instanceof ApiError && thrown.code === 'superseded') return 'unknown';
  // A refusal of the picture itself is an answer.
  if (!(thrown instanceof BackendFailure)) return thrown instanceof ApiError ? 'good' : 'bad';
  return thrown.kind === 'busy' ? 'busy' : 'bad';
}

function summaryOf(
  members: readonly Member[],
  failures: readonly { readonly member: Member; readonly error: BackendFailure }[],
): ApiError {
  const failed = new Map(failures.map(({ member, error }) => [member, error]));
  const lines = members.map((member) => {
    const error = failed.get(member);
    if (error) return `${member.name}: ${error.cause instanceof Error ? error.cause.message : 'failed'}`;
    return `${member.name}: ${member.breaker.circuit() === 'closed' ? 'not asked, the retry budget is spent' : 'left alone after failures'}`;
  });
  const waits = members.map((member) =>
    Math.max(failed.get(member)?.retryAfterS ?? 0, Math.ceil(member.breaker.pauseMs() / 1_000)),
  );
  return new ApiError('backend_unavailable', {
    cause: new Error(lines.join('; ')),
    retryAfterS: Math.max(1, Math.min(...waits)),
  });
}
