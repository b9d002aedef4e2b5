import { describe, expect, it } from 'vitest';
import { retryDelayMs } from '../../edge/webhooks/retry-schedule.ts';

const delays = (random: number) =>
  Array.from({ length: 12 }, (_, tries) => retryDelayMs(tries, random)).filter(
    (delay) => delay !== undefined,
  );

describe('the tries of a delivery', () => {
  it('are ten over two hours, ever further apart', () => {
    const ms = delays(0.5);
    expect(ms).toHaveLength(10);
    expect(ms).toEqual(ms.toSorted((a, b) => a - b));
    expect(ms.reduce((sum, delay) => sum + delay, 0)).toBe(2 * 3_600_000);
  });

  it('have a jitter of a tenth', () => {
    for (const [index, delay] of delays(0.5).entries()) {
      expect(delays(0)[index]).toBeCloseTo(0.9 * delay, -1);
      expect(delays(1)[index]).toBeCloseTo(1.1 * delay, -1);
    }
  });
});
