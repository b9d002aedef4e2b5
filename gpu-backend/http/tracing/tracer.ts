import { randomBytes } from 'node:crypto';
import type { SpanAttributes, Trace } from '../../serving/trace.ts';
import { traceContextOf } from '../trace-context.ts';
import type { Span } from './span.ts';
import type { SpanExporter } from './span-exporter.ts';

/** One request's span, open until `end`; the stages are its children. */
interface RequestTrace extends Trace {
  end(outcome: { readonly status: number; readonly attributes: SpanAttributes }): void;
}

export interface Tracer {
  /** Goes on with the trace that the request says it belongs to, else begins one. */
  start(name: string, headers: Headers): RequestTrace;
}

export interface TracerOptions {
  readonly exporter: Pick<SpanExporter, 'add'>;
  /** The clock that stages are told by, ms. */
  readonly now: () => number;
  /** What that clock's 0 is in milliseconds since 1970. */
  readonly epochMs: number;
}

/**
 * W3C trace context in, OpenTelemetry spans out. Whether a trace is kept is decided where it began (`traceparent`'s
 * sampled flag); one that begins here is.
 */
export function createTracer({ exporter, now, epochMs }: TracerOptions): Tracer {
  return {
    start(name, headers) {
      const parent = traceContextOf(headers);
      if (parent && !parent.isSampled) return NOT_TRACED;
      const traceId = parent?.traceId ?? randomHex(16);
      const spanId = randomHex(8);
      const startedAtMs = now();
      let early: Span[] | undefined = [];
      return {
        record(stage) {
          const span: Span = {
            traceId,
            spanId: randomHex(8),
            parentId: spanId,
            name: stage.name,
            kind: 'internal',
            startedAtMs: epochMs + stage.startedAtMs,
            endedAtMs: epochMs + stage.endedAtMs,
            attributes: stage.attributes ?? {},
            hasFailed: false,
          };
          // What is stored after the answer ends after its request.
          if (early) early.push(span);
          else exporter.add([span]);
        },
        end({ status, attributes }) {
          const root: Span = {
            traceId,
            spanId,
            parentId: parent?.parentId,
            name,
            kind: 'server',
            startedAtMs: epochMs + startedAtMs,
            endedAtMs: epochMs + now(),
            attributes: { 'http.response.status_code': status, ...attributes },
            hasFailed: status >= 500,
          };
          exporter.add([...(early ?? []), root]);
          early = undefined;
        },
      };
    },
  };
}

const NOT_TRACED: RequestTrace = { record() {}, end() {} };

/** Traces nothing. */
export const NO_TRACER: Tracer = { start: () => NOT_TRACED };

function randomHex(bytes: number): string {
  return randomBytes(bytes).toString('hex');
}
