import type { SpanAttributes } from '../../serving/trace.ts';

/** OpenTelemetry's SpanKind, as OTLP numbers it. */
export const SPAN_KIND = { internal: 1, server: 2 } as const;

/** A span that has ended. */
export interface Span {
  /** 32 hex digits. */
  readonly traceId: string;
  /** 16 hex digits. */
  readonly spanId: string;
  readonly parentId: string | undefined;
  readonly name: string;
  readonly kind: keyof typeof SPAN_KIND;
  /** Milliseconds since 1970. */
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly attributes: SpanAttributes;
  /** The server failed; a client's fault is none of its span's. @see OpenTelemetry's HTTP conventions */
  readonly hasFailed: boolean;
}
