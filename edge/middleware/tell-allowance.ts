import type { Context, MiddlewareHandler } from 'hono';
import type { EdgeContext } from '../endpoint.ts';
import type { Allowance, LedgerOf } from '../ledger/ledger.ts';
import { spenderOf } from '../ledger/spender-of.ts';
import { usageHeaders } from '../ledger/usage-headers.ts';

/** Pictures are fetched more often than anything, and wait for no ledger. */
const API = '/v1/';
const UNITS = 'x-usage-units';

/**
 * Says in the headers of every answer of the API what its key has left, from the rows that enforce it, and that it cost
 * nothing where nothing else is said. Stands behind `authenticate`. A ledger that does not answer fails no request that
 * needs it not: its numbers are left out then.
 */
export function tellAllowance(ledgerOf: LedgerOf): MiddlewareHandler<EdgeContext> {
  const read = (context: Context<EdgeContext>): Promise<Allowance | undefined> => {
    const key = context.get('key');
    return ledgerOf(key)
      .allowance(spenderOf(key, context.get('tenant')))
      .catch(() => undefined);
  };
  return async (context, next) => {
    const { method, path } = context.req;
    if (!path.startsWith(API)) return next();
    // What only reads spends nothing, so that the ledger can be asked meanwhile.
    const early = method === 'GET' ? read(context) : undefined;
    await next();
    // A WebSocket's answer cannot be had with other headers.
    if (context.get('spent') || context.res.status === 101) return;
    const allowance = await (early ?? read(context));
    const { headers: told, status } = context.res;
    const all = usageHeaders(0, allowance ?? { remaining: null, rate: null });
    for (const [name, value] of Object.entries(all)) {
      // Of what broke off nobody can say yet that it was free.
      const isSure = name !== UNITS || (status < 500 && !context.get('chargedLater'));
      if (isSure && !told.has(name)) context.header(name, value);
    }
  };
}
