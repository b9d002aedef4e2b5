import type { SpanAttributes } from '../../serving/trace.ts';
import { SPAN_KIND, type Span } from './span.ts';

const STATUS = { unset: 0, error: 2 } as const;

/**
 * Spans as the body of an OTLP/HTTP export in JSON: ids in hex, 64-bit numbers as decimal text.
 * @param resource who made them: `service.name` and the like.
 * @see https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 */
export function otlpJson(spans: readonly Span[], resource: SpanAttributes): string {
  return JSON.stringify({
    resourceSpans: [
      {
        resource: { attributes: attributesOf(resource) },
        scopeSpans: [{ scope: { name: 'galip-backend' }, spans: spans.map(spanOf) }],
      },
    ],
  });
}

function spanOf(span: Span) {
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    ...(span.parentId !== undefined && { parentSpanId: span.parentId }),
    name: span.name,
    kind: SPAN_KIND[span.kind],
    startTimeUnixNano: nanoseconds(span.startedAtMs),
    endTimeUnixNano: nanoseconds(span.endedAtMs),
    attributes: attributesOf(span.attributes),
    status: { code: span.hasFailed ? STATUS.error : STATUS.unset },
  };
}

/** To the microsecond: a double has no more digits for today's time. */
function nanoseconds(ms: number): string {
  return String(BigInt(Math.round(ms * 1_000)) * 1_000n);
}

function attributesOf(attributes: SpanAttributes) {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: anyValueOf(value) }));
}

function anyValueOf(value: SpanAttributes[string]) {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}
