const TRACEPARENT = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})$/u;

/**
 * The W3C trace context that a request's work goes on under: the client's trace where it named one, else one of its own,
 * whose id is the request's without dashes. The span is this request's.
 * @param requestId a UUID.
 * @see https://www.w3.org/TR/trace-context/#traceparent-header
 */
export function traceparentOf(header: string | undefined, requestId: string): string {
  const own = requestId.replaceAll('-', '');
  const [, traceId = own, flags = '01'] = TRACEPARENT.exec(header ?? '') ?? [];
  return `00-${traceId}-${own.slice(0, 16)}-${flags}`;
}
