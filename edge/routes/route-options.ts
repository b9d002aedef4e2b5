import type { Context, MiddlewareHandler } from 'hono';
import type { EdgeContext } from '../endpoint.ts';
import type { Scope } from '../keys/key-record.ts';
import type { Defer, PictureSource } from '../pictures/picture-source.ts';

/** What `app.ts` hands to the routes; each takes its pick. */
export interface RouteOptions {
  /** Middleware that lets keys with one of the scopes through. */
  readonly authenticate: (scopes: readonly Scope[]) => MiddlewareHandler<EdgeContext>;
  /** Middleware that answers a POST with the same Idempotency-Key again; behind `authenticate`. */
  readonly answerOnce: MiddlewareHandler<EdgeContext>;
  /** The pictures as this request sees them. */
  readonly sourceOf: (context: Context<EdgeContext>) => PictureSource;
  /** What this request leaves to be done after its answer. */
  readonly deferOf: (context: Context<EdgeContext>) => Defer;
  /** Origin of public URLs. */
  readonly originOf: (context: Context<EdgeContext>) => string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}
