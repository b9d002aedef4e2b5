import { describe, expect, it } from 'vitest';
import { latestOnly } from '../../edge/playground/state/latest-only.ts';
import { createNewest } from '../../edge/playground/state/newest.ts';

/** Calls whose answers come when they are told to. */
function startCalls() {
  const begun: { input: string; settle: (output: string | undefined | Error) => Promise<void> }[] = [];
  const run = (input: string): Promise<string | undefined> => {
    const { promise, resolve, reject } = Promise.withResolvers<string | undefined>();
    begun.push({
      input,
      async settle(output) {
        if (output instanceof Error) reject(output);
        else resolve(output);
        await new Promise((next) => setImmediate(next));
      },
    });
    return promise;
  };
  return { begun, run };
}

function startNewest() {
  const { begun, run } = startCalls();
  const told: string[] = [];
  const newest = createNewest<string, string>({
    run,
    onDone: (input, output) => told.push(`${input}=${output}`),
    onFailed: (input) => told.push(`${input} failed`),
    onBusy: (busy) => told.push(busy ? 'busy' : 'idle'),
  });
  return { newest, begun, told };
}

describe('newest', () => {
  it('asks for everything at once, and never goes back to something older', async () => {
    const { newest, begun, told } = startNewest();
    for (const input of ['a', 'ab', 'abc']) newest.ask(input);
    expect(begun.map(({ input }) => input)).toEqual(['a', 'ab', 'abc']);
    await begun[1]?.settle('2');
    await begun[0]?.settle('1');
    await begun[2]?.settle('3');
    expect(told).toEqual(['busy', 'ab=2', 'abc=3', 'idle']);
  });

  it('tells nothing of what the worker dropped, or of what was forgotten', async () => {
    const { newest, begun, told } = startNewest();
    newest.ask('a');
    await begun[0]?.settle(undefined);
    newest.ask('ab');
    newest.forget();
    await begun[1]?.settle('2');
    expect(told).toEqual(['busy', 'idle', 'busy', 'idle']);
  });

  it('tells the failure of what is newest alone', async () => {
    const { newest, begun, told } = startNewest();
    newest.ask('a');
    newest.ask('ab');
    await begun[0]?.settle(new Error('no'));
    await begun[1]?.settle(new Error('no'));
    expect(told).toEqual(['busy', 'ab failed', 'idle']);
  });
});

describe('latest only', () => {
  it('makes one call at a time, and of those that wait the last alone', async () => {
    const { begun, run } = startCalls();
    const latest = latestOnly(run);
    const answers = ['a', 'ab', 'abc'].map((input) => latest(input));
    expect(begun.map(({ input }) => input)).toEqual(['a']);
    await begun[0]?.settle('1');
    expect(begun.map(({ input }) => input)).toEqual(['a', 'abc']);
    await begun[1]?.settle('3');
    expect(await Promise.all(answers)).toEqual(['1', undefined, '3']);
  });

  it('goes on after a failure', async () => {
    const { begun, run } = startCalls();
    const latest = latestOnly(run);
    const failed = expect(latest('a')).rejects.toThrow('no');
    const waiting = latest('ab');
    await begun[0]?.settle(new Error('no'));
    await failed;
    await begun[1]?.settle('2');
    expect(await waiting).toBe('2');
  });
});
