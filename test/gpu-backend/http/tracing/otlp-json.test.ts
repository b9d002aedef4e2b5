import { expect, it } from 'vitest';
import { otlpJson } from '../../../../gpu-backend/http/tracing/otlp-json.ts';

it('writes spans as OTLP’s JSON wants them', () => {
  const span = {
    traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
    spanId: '00f067aa0ba902b7',
    parentId: undefined,
    name: 'POST /v1/generate',
    kind: 'server',
    startedAtMs: 1_764_000_000_000.25,
    endedAtMs: 1_764_000_000_001.5,
    attributes: { 'galip.outcome': 'ok', rows: 3, share: 0.5, kept: true },
    hasFailed: true,
  } as const;
  const written = JSON.parse(
    otlpJson([span, { ...span, parentId: 'b7ad6b7169203331' }], { 'service.name': 'x' }),
  );
  expect(written).toEqual({
    resourceSpans: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: 'x' } }] },
        scopeSpans: [
          {
            scope: { name: 'galip-backend' },
            spans: [
              {
                traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
                spanId: '00f067aa0ba902b7',
                name: 'POST /v1/generate',
                kind: 2,
                startTimeUnixNano: '1764000000000250000',
                endTimeUnixNano: '1764000000001500000',
                attributes: [
                  { key: 'galip.outcome', value: { stringValue: 'ok' } },
                  { key: 'rows', value: { intValue: '3' } },
                  { key: 'share', value: { doubleValue: 0.5 } },
                  { key: 'kept', value: { boolValue: true } },
                ],
                status: { code: 2 },
              },
              expect.objectContaining({ parentSpanId: 'b7ad6b7169203331' }),
            ],
          },
        ],
      },
    ],
  });
});
