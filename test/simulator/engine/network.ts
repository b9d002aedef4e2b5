import type { Faults } from './faults.ts';
import { ConnectionLost, type Lives } from './lives.ts';
import type { Trace } from './trace.ts';

export interface Network {
  /**
   * Has another process do something. Request or reply may be lost, which the caller notices, and the caller may die
   * before it asks or before it hears.
   */
  call<T>(what: string, serve: () => T | Promise<T>): Promise<T>;
  /** `call`s an object, which may also say nothing and break nothing, before or after it has done what it was asked. */
  ask<T>(what: string, serve: () => T | Promise<T>): Promise<T>;
}

export interface NetworkOptions {
  readonly lives: Lives;
  readonly faults: Faults;
  readonly trace: Trace;
}

export function createNetwork({ lives, faults, trace }: NetworkOptions): Network {
  async function mayDie(): Promise<void> {
    const life = lives.current();
    if (!life.isMortal || !faults.strikes('caller-dies')) return;
    life.kill();
    await new Promise<never>(() => undefined);
  }

  const network: Network = {
    ask: (what, serve) =>
      network.call(what, async () => {
        await mayHang(what);
        const answer = await serve();
        await mayHang(what);
        return answer;
      }),
    async call(what, serve) {
      await mayDie();
      await lives.sleep(faults.hopMs());
      if (faults.strikes('request-lost')) throw lost(`${what}: request`);
      trace.note(what);
      let answer: { readonly value: Awaited<ReturnType<typeof serve>> } | { readonly error: unknown };
      try {
        answer = { value: await serve() };
      } catch (error) {
        answer = { error };
      }
      // Also after an error: who died meanwhile hears of neither.
      await lives.sleep(faults.hopMs());
      await mayDie();
      if ('error' in answer) throw answer.error;
      if (faults.strikes('reply-lost')) throw lost(`${what}: reply`);
      return answer.value;
    },
  };
  return network;

  async function mayHang(what: string): Promise<void> {
    if (!faults.strikes('object-hangs')) return;
    trace.note(`${what} hangs`);
    await new Promise<never>(() => undefined);
  }

  function lost(what: string): ConnectionLost {
    trace.note(`lost ${what}`);
    return new ConnectionLost(what);
  }
}
