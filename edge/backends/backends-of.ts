import type { Backend } from '../adapters/backend.ts';
import type { Scorer } from '../adapters/scorer.ts';
import type { EdgeConfig, WorkerEnv } from '../config.ts';
import { PLATFORM_CLOCK } from '../durable/clock.ts';
import type { Log } from '../middleware/answer-errors.ts';
import { createBackends } from './create-backends.ts';

const known = new WeakMap<WorkerEnv, Backend & Scorer>();

// Workers refuse a `fetch` that is called as another object's method.
const fetcher: typeof fetch = (input, init) => fetch(input, init);

/** The backends of an environment: what an isolate learns of their health is shared by all that is in it. */
export function backendsOf(env: WorkerEnv, config: EdgeConfig, log: Log): Backend & Scorer {
  const existing = known.get(env);
  if (existing) return existing;
  const { backendUrls: urls, hedgeMs, signingKey } = config;
  const created = createBackends({ urls, hedgeMs, signingKey, fetcher, clock: PLATFORM_CLOCK, log });
  known.set(env, created);
  return created;
}
