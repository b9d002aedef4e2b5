import { describe, expect, it } from 'vitest';
import { createAskDurable } from '../../edge/durable/ask-durable.ts';
import { createManualClock } from '../fakes/manual-clock.ts';

const settled = () => new Promise((resolve) => setImmediate(resolve));

/** Calls that end by script; undefined never ends. */
function createObject(...ends: ((() => unknown) | undefined)[]) {
  const clock = createManualClock();
  const ask = createAskDurable(clock, 'service_unavailable');
  let calls = 0;
  const call = async (): Promise<unknown> => {
    const end = ends[calls++];
    return end ? end() : new Promise(() => undefined);
  };
  const fail = (error: object) => () => {
    throw Object.assign(new Error('it broke'), error);
  };
  return { clock, ask, call, fail, calls: () => calls };
}

describe('asking an object', () => {
  it('that answers asks once', async () => {
    const { ask, call, calls } = createObject(() => 7);
    expect(await ask(call)).toBe(7);
    expect(calls()).toBe(1);
  });

  it('that hangs gives up after ten seconds, and asks again', async () => {
    const { clock, ask, call, calls } = createObject(undefined, () => 7);
    const answer = ask(call);
    await settled();
    clock.advance(9_999);
    await settled();
    expect(calls()).toBe(1);
    clock.advance(1);
    expect(await answer).toBe(7);
    expect(calls()).toBe(2);
  });

  it('that goes on hanging ends after 25 seconds with 503 and Retry-After', async () => {
    const { clock, ask, call, calls } = createObject();
    const answer = expect(ask(call)).rejects.toMatchObject({
      code: 'service_unavailable',
      status: 503,
      retryAfterS: 2,
    });
    for (const ms of [10_000, 10_000, 5_000]) {
      await settled();
      clock.advance(ms);
    }
    await answer;
    expect(clock.now()).toBe(25_000);
    expect(calls()).toBe(3);
  });

  it('has the limits that the call names', async () => {
    const { clock, ask, call, calls } = createObject();
    const answer = expect(ask(call, { tries: 1, tryMs: 50, callMs: 50 })).rejects.toMatchObject({
      status: 503,
    });
    await settled();
    clock.advance(50);
    await answer;
    expect(calls()).toBe(1);
  });

  it('whose connection breaks asks again at once, three times in all', async () => {
    const broken = createObject();
    const { fail } = broken;
    const { ask, call, calls } = createObject(fail({}), fail({}), () => 7);
    expect(await ask(call)).toBe(7);
    expect(calls()).toBe(3);
    const dead = createObject(fail({}), fail({}), fail({}), () => 7);
    await expect(dead.ask(dead.call)).rejects.toMatchObject({ code: 'service_unavailable' });
    expect(dead.calls()).toBe(3);
  });

  it('does not ask again what is overloaded, and passes on what it throws itself', async () => {
    const { fail } = createObject();
    const overloaded = createObject(fail({ overloaded: true }), () => 7);
    await expect(overloaded.ask(overloaded.call)).rejects.toMatchObject({ code: 'service_unavailable' });
    const faulty = createObject(fail({ remote: true }), () => 7);
    await expect(faulty.ask(faulty.call)).rejects.toThrow('it broke');
    expect([overloaded.calls(), faulty.calls()]).toEqual([1, 1]);
  });
});
