import { describe, expect, it } from 'vitest';
import { usageHeaders } from '../../edge/ledger/usage-headers.ts';

describe('the headers of an answer that spends', () => {
  it('say what was charged and what is left, as the IETF draft has it', () => {
    const rate = { limitPerMinute: 60, remaining: 59, resetS: 1 };
    expect(usageHeaders(3, { remaining: 7, rate })).toEqual({
      'x-usage-units': '3',
      'x-usage-remaining': '7',
      'ratelimit-policy': '"key";q=60;w=60',
      ratelimit: '"key";r=59;t=1',
    });
  });

  it('leave out what has no limit', () => {
    expect(usageHeaders(0, { remaining: null, rate: null })).toEqual({ 'x-usage-units': '0' });
  });
});
