import type { MiddlewareHandler } from 'hono';
import type { EdgeContext } from '../endpoint.ts';
import { SpendingRefused } from '../generation/spending-refused.ts';
import { usageHeaders } from '../ledger/usage-headers.ts';

/** Says in the headers what a request was charged and what its key has left, also where the ledger refused it. */
export function tellUsage(): MiddlewareHandler<EdgeContext> {
  return async (context, next) => {
    await next();
    const { error } = context;
    const spent =
      error instanceof SpendingRefused ? { units: 0, allowance: error.allowance } : context.get('spent');
    if (!spent) return;
    for (const [name, value] of Object.entries(usageHeaders(spent.units, spent.allowance))) {
      context.header(name, value);
    }
  };
}
