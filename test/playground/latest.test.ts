import { describe, expect, it } from 'vitest';
import { createLatest } from '../../edge/playground/state/latest.ts';

/** A worker whose answers come when they are told to. */
function startLatest() {
  const begun: { input: string; resolve: (output: string) => void; reject: (error: Error) => void }[] = [];
  const told: string[] = [];
  const latest = createLatest<string, string>({
    run: (input) => new Promise((resolve, reject) => begun.push({ input, resolve, reject })),
    onDone: (input, output) => told.push(`${input}=${output}`),
    onFailed: (input) => told.push(`${input} failed`),
    onBusy: (busy) => told.push(busy ? 'busy' : 'idle'),
  });
  const settle = async (index: number, output: string | Error): Promise<void> => {
    if (typeof output === 'string') begun[index]?.resolve(output);
    else begun[index]?.reject(output);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { latest, begun, told, settle };
}

describe('latest', () => {
  it('does one thing at a time, and of what comes meanwhile the last alone', async () => {
    const { latest, begun, told, settle } = startLatest();
    for (const input of ['a', 'ab', 'abc']) latest.ask(input);
    expect(begun.map(({ input }) => input)).toEqual(['a']);
    await settle(0, '1');
    expect(begun.map(({ input }) => input)).toEqual(['a', 'abc']);
    await settle(1, '2');
    expect(told).toEqual(['busy', 'a=1', 'abc=2', 'idle']);
  });

  it('tells nothing of what was forgotten', async () => {
    const { latest, begun, told, settle } = startLatest();
    latest.ask('a');
    latest.ask('ab');
    latest.forget();
    await settle(0, '1');
    expect(begun).toHaveLength(1);
    expect(told).toEqual(['busy', 'idle']);
    latest.ask('b');
    await settle(1, '2');
    expect(told.slice(2)).toEqual(['busy', 'b=2', 'idle']);
  });

  it('tells a failure unless something newer waits, and goes on', async () => {
    const { latest, told, settle } = startLatest();
    latest.ask('a');
    latest.ask('ab');
    await settle(0, new Error('no'));
    await settle(1, new Error('no'));
    expect(told).toEqual(['busy', 'ab failed', 'idle']);
  });
});
