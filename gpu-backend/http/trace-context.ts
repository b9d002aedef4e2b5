/** Who asked, as far as a W3C trace context says; goes into the log, so that its lines can be found from a trace. */
export interface TraceContext {
  readonly traceId: string;
  /** Of the span that sent the request. */
  readonly parentId: string;
  /** Whether the caller keeps this trace. */
  readonly isSampled: boolean;
}

const TRACEPARENT =
  /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?$/u;
const SAMPLED = 1;

/**
 * Undefined where there is no valid `traceparent`.
 * @see https://www.w3.org/TR/trace-context/#traceparent-header
 */
export function traceContextOf(headers: Headers): TraceContext | undefined {
  const [, traceId, parentId, flags] = TRACEPARENT.exec(headers.get('traceparent') ?? '') ?? [];
  if (traceId === undefined || parentId === undefined || flags === undefined) return undefined;
  return { traceId, parentId, isSampled: (Number.parseInt(flags, 16) & SAMPLED) !== 0 };
}
