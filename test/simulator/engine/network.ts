import type { Faults } from './faults.ts';
import { ConnectionLost, type Lives } from './lives.ts';
import type { Trace } from './trace.ts';

export interface Network {
  /**
   * Has another process do something. Request or reply may be lost, which the caller notices, and the caller may die
   * before it asks or before it hears.
   */
  call<T>(what: string, serve: () => T | Promise<T>): Promise<T>;
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

  return {
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

  function lost(what: string): ConnectionLost {
    trace.note(`lost ${what}`);
    return new ConnectionLost(what);
  }
}
