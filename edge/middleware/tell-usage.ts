import type { MiddlewareHandler } from 'hono';
import type { EdgeContext } from '../endpoint.ts';
import { PartlyMade } from '../generation/partly-made.ts';
import { SpendingRefused } from '../generation/spending-refused.ts';
import { usageHeaders } from '../ledger/usage-headers.ts';

/** Says in the headers what a request was charged and what its key has left, also where the ledger refused it, or it broke off. */
export function tellUsage(): MiddlewareHandler<EdgeContext> {
  return async (context, next) => {
    await next();
    const spent = spentWith(context.error) ?? context.get('spent');
    if (!spent) return;
    // Nobody has to ask the ledger again.
    context.set('spent', spent);
    for (const [name, value] of Object.entries(usageHeaders(spent.units, spent.allowance))) {
      context.header(name, value);
    }
  };
}

function spentWith(error: Error | undefined): EdgeContext['Variables']['spent'] {
  if (error instanceof PartlyMade) return { units: error.units, allowance: error.allowance };
  return error instanceof SpendingRefused ? { units: 0, allowance: error.allowance } : undefined;
}
