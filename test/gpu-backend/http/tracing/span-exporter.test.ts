import { describe, expect, it, vi } from 'vitest';
import type { Span } from '../../../../gpu-backend/http/tracing/span.ts';
import { createSpanExporter } from '../../../../gpu-backend/http/tracing/span-exporter.ts';
import { createManualClock } from '../../../fakes/manual-clock.ts';

const SPAN: Span = {
  traceId: 'a'.repeat(32),
  spanId: 'b'.repeat(16),
  parentId: undefined,
  name: 'store',
  kind: 'internal',
  startedAtMs: 1,
  endedAtMs: 2,
  attributes: {},
  hasFailed: false,
};

function setUp(answer: () => Promise<Response>) {
  const clock = createManualClock();
  const sent: number[] = [];
  const dropped: [number, string][] = [];
  const fetcher = (_: unknown, { body }: RequestInit = {}): Promise<Response> => {
    sent.push(JSON.parse(String(body)).resourceSpans[0].scopeSpans[0].spans.length);
    return answer();
  };
  const exporter = createSpanExporter({
    url: 'http://collector.test/v1/traces',
    resource: {},
    fetcher: fetcher as typeof fetch,
    clock,
    onDropped: (spans, reason) => dropped.push([spans, reason]),
  });
  return { exporter, clock, sent, dropped };
}

const ok = async (): Promise<Response> => new Response('{}');

describe('createSpanExporter', () => {
  it('sends what came within five seconds together', async () => {
    const { exporter, clock, sent, dropped } = setUp(ok);
    exporter.add([SPAN, SPAN]);
    exporter.add([SPAN]);
    clock.advance(4_999);
    expect(sent).toEqual([]);
    clock.advance(1);
    expect(sent).toEqual([3]);
    await exporter.close();
    expect(sent).toEqual([3]);
    expect(dropped).toEqual([]);
  });

  it('sends a full batch at once and the rest when it is closed', async () => {
    const { exporter, sent } = setUp(ok);
    exporter.add(Array<Span>(600).fill(SPAN));
    expect(sent).toEqual([512]);
    await exporter.close();
    expect(sent).toEqual([512, 88]);
  });

  it('drops what the collector does not take, what does not fit, and what comes too late, and says so', async () => {
    const held = Promise.withResolvers<Response>();
    const { exporter, dropped } = setUp(() => held.promise);
    exporter.add(Array<Span>(512).fill(SPAN));
    exporter.add(Array<Span>(2_050).fill(SPAN));
    expect(dropped).toEqual([[2, 'the queue is full']]);
    held.resolve(new Response('', { status: 503 }));
    await exporter.close();
    await vi.waitFor(() => expect(dropped).toHaveLength(6));
    expect(dropped[1]).toEqual([512, 'the collector answered with status 503']);
    exporter.add([SPAN]);
    expect(dropped.at(-1)).toEqual([1, 'the queue is full']);
  });

  it('drops what no collector is there for', async () => {
    const { exporter, dropped } = setUp(() => Promise.reject(new TypeError('fetch failed')));
    exporter.add([SPAN]);
    await exporter.close();
    expect(dropped).toEqual([[1, 'TypeError: fetch failed']]);
  });
});
