import type { Trace } from '../../serving/trace.ts';

/** What the middleware that traces leaves for the route. */
export interface TracedEnv {
  Variables: { trace: Trace };
}
