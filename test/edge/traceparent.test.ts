import { describe, expect, it } from 'vitest';
import { traceparentOf } from '../../edge/middleware/traceparent.ts';

const REQUEST_ID = '0f6d3c1e-8f0a-4d5b-9c7e-1a2b3c4d5e6f';
const OWN = '00-0f6d3c1e8f0a4d5b9c7e1a2b3c4d5e6f-0f6d3c1e8f0a4d5b-01';

describe('traceparentOf', () => {
  it('goes on with the client’s trace, and its choice whether to keep it, under a span of its own', () => {
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
    for (const flags of ['00', '01']) {
      const expected = `00-${traceId}-0f6d3c1e8f0a4d5b-${flags}`;
      expect(traceparentOf(`00-${traceId}-00f067aa0ba902b7-${flags}`, REQUEST_ID)).toBe(expected);
    }
  });

  it.each([
    undefined,
    '',
    'x',
    `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`,
    `00-4bf92f3577b34da6a3ce929d0e0e4736-${'0'.repeat(16)}-01`,
    'ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  ])('begins a trace by the request’s id where there is none: %s', (header) => {
    expect(traceparentOf(header, REQUEST_ID)).toBe(OWN);
  });
});
