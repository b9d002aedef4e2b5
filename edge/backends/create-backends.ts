import type { SigningKey } from '../../gpu-backend/contract/signature.ts';
import type { Backend } from '../adapters/backend.ts';
import { createHttpBackend } from '../adapters/http-backend.ts';
import type { Scorer } from '../adapters/scorer.ts';
import type { Clock } from '../durable/clock.ts';
import type { Log } from '../middleware/answer-errors.ts';
import { createCircuitBreaker } from './circuit-breaker.ts';
import { createFailOver, type Member } from './fail-over.ts';
import { createRetryBudget } from './retry-budget.ts';

export interface BackendsOptions {
  /** In order of preference. */
  readonly urls: readonly URL[];
  readonly hedgeMs: number | undefined;
  readonly signingKey: SigningKey;
  readonly fetcher: typeof fetch;
  readonly clock: Clock;
  readonly log: Log;
}

/** The backends of BACKEND_URL as one. To be made once in an isolate: what it learns of their health is all it knows. */
export function createBackends({ urls, hedgeMs, log, ...options }: BackendsOptions): Backend & Scorer {
  const { clock, signingKey, fetcher } = options;
  const { now } = clock;
  const members = urls.map((url): Member => {
    const onChange = (circuit: 'open' | 'closed'): void =>
      log({ level: 'warn', event: `backend_${circuit}`, backend: url.host });
    return {
      name: url.host,
      backend: createHttpBackend({ url, signingKey, fetcher, now }),
      breaker: createCircuitBreaker({ now, onChange }),
    };
  });
  return createFailOver({ members, budget: createRetryBudget(), clock, hedgeMs });
}
