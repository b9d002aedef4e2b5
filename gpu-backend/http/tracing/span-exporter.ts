import type { Clock } from '../../serving/clock.ts';
import type { SpanAttributes } from '../../serving/trace.ts';
import { otlpJson } from './otlp-json.ts';
import type { Span } from './span.ts';

/** OpenTelemetry's defaults of a batch span processor: spans kept, spans of one export, pause between exports, ms. */
const QUEUE_LIMIT = 2_048;
const BATCH_LIMIT = 512;
const EXPORT_EVERY_MS = 5_000;
/** A collector that does not answer in this time, ms, is not there. */
const EXPORT_LIMIT_MS = 3_000;

/** Takes spans that have ended. Never throws and never waits: tracing must not cost a request. */
export interface SpanExporter {
  add(spans: readonly Span[]): void;
  /** Sends what is left, once. */
  close(): Promise<void>;
}

export interface SpanExporterOptions {
  /** Where traces go: an OTLP/HTTP endpoint's `…/v1/traces`. */
  readonly url: string;
  /** Who sends them: `service.name` and the like. */
  readonly resource: SpanAttributes;
  readonly fetcher: typeof fetch;
  readonly clock: Clock;
  /** Told of spans that were not delivered: the queue was full, or the collector did not take them. */
  readonly onDropped: (spans: number, reason: string) => void;
}

/** Sends spans in batches, one export at a time; what a collector does not take is dropped and not sent again. */
export function createSpanExporter(options: SpanExporterOptions): SpanExporter {
  const { url, resource, fetcher, clock, onDropped } = options;
  let queue: Span[] = [];
  let cancelTimer: (() => void) | undefined;
  let exporting: Promise<void> | undefined;
  let isClosed = false;

  const send = async (spans: readonly Span[]): Promise<void> => {
    try {
      const response = await fetcher(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: otlpJson(spans, resource),
        redirect: 'error',
        signal: AbortSignal.timeout(EXPORT_LIMIT_MS),
      });
      await response.body?.cancel();
      if (!response.ok) onDropped(spans.length, `the collector answered with status ${response.status}`);
    } catch (error) {
      onDropped(spans.length, String(error));
    }
  };

  const flush = async (): Promise<void> => {
    while (queue.length > 0) {
      const batch = queue.slice(0, BATCH_LIMIT);
      queue = queue.slice(BATCH_LIMIT);
      await send(batch);
    }
  };

  const flushOnce = (): Promise<void> => {
    cancelTimer?.();
    cancelTimer = undefined;
    exporting ??= flush().finally(() => {
      exporting = undefined;
    });
    return exporting;
  };

  return {
    add(spans) {
      const taken = isClosed ? [] : spans.slice(0, QUEUE_LIMIT - queue.length);
      queue.push(...taken);
      if (taken.length < spans.length) onDropped(spans.length - taken.length, 'the queue is full');
      if (queue.length >= BATCH_LIMIT) void flushOnce();
      else if (queue.length > 0) cancelTimer ??= clock.after(EXPORT_EVERY_MS, () => void flushOnce());
    },
    async close() {
      isClosed = true;
      await flushOnce();
    },
  };
}
