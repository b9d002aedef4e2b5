import type { Life } from './lives.ts';
import type { World } from './world.ts';

/** What the platform grants work that was deferred, once the client has its answer or has gone. */
const WAIT_UNTIL_MS = 30_000;

export interface RequestContext {
  readonly life: Life;
  /** As a Worker's `waitUntil`. */
  waitUntil(work: Promise<unknown>): void;
  /** The client has its answer or has gone: ends once the deferred work is done, at the latest 30 s later. */
  release(): void;
}

/** A request's context in the Worker. */
export function createRequestContext({ lives, time }: World, name: string): RequestContext {
  const life = lives.start(name);
  let isReleased = false;
  let deferred = 0;
  function endIfDone(): void {
    if (isReleased && deferred === 0) life.kill();
  }
  return {
    life,
    waitUntil(work) {
      deferred++;
      const done = (): void => {
        deferred--;
        endIfDone();
      };
      work.then(done, done);
    },
    release() {
      isReleased = true;
      endIfDone();
      if (life.isAlive) time.after(WAIT_UNTIL_MS, () => life.kill());
    },
  };
}
