import type { RouteConfig } from '@hono/zod-openapi';
import type { Context, MiddlewareHandler } from 'hono';
import type { KeyRecord } from './keys/key-record.ts';
import type { Tenant } from './keys/tenant.ts';
import type { Allowance } from './ledger/ledger.ts';

/** What middleware has found out about a request. */
export interface EdgeContext {
  Variables: {
    requestId: string;
    /** What the request's charges derive from: the same when it is sent again under its Idempotency-Key. */
    requestKey: string;
    /** W3C trace context of what is done for the request elsewhere. */
    traceparent: string;
    /** Whether an earlier try under that key may have got as far as being charged. */
    isRetry: boolean;
    /** Until when the request may make pictures, milliseconds since 1970. */
    deadline: number;
    /** Set behind `authenticate` alone: the key that was shown, and who owns it. */
    key: KeyRecord;
    tenant: Tenant;
    /** The JSON that is kept for replays of the answer, where that must not be all of it. */
    keptBody?: object;
    /**
     * Set under an Idempotency-Key, which stays taken until it is called: keeps the last event of an answer that is a stream,
     * with the status that it would have had alone. Never rejects.
     */
    keepEnd?: (status: number, event: string) => Promise<void>;
    /** Set where the answer's end says what was charged, which its headers cannot know. */
    chargedLater?: true;
    /** What the request was charged, once it was. @see middleware/tell-usage.ts */
    spent?: { readonly units: number; readonly allowance: Allowance };
  };
}

/** One endpoint: its entry in the OpenAPI document, and what answers it. */
export interface Endpoint {
  readonly spec: RouteConfig;
  /** The document's entry for HEAD, where GET's handler answers it in a way of its own. */
  readonly headSpec?: RouteConfig;
  /** Hono's pattern where it is not the document's path with `:name` for `{name}`. */
  readonly pattern?: string;
  readonly middleware?: readonly MiddlewareHandler<EdgeContext>[];
  readonly handle: (context: Context<EdgeContext>) => Response | Promise<Response>;
}
