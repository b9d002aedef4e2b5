import { useState } from 'preact/hooks';
import type { GalipError } from '../../client/errors.ts';
import { failureOf } from './failure-words.ts';

export interface Changing {
  /** Why the last change was not made. */
  readonly refused: GalipError | undefined;
  /** Whether it was made. */
  readonly change: (work: () => Promise<unknown>) => Promise<boolean>;
}

/** Changes something on the server. @param onEnd told after each try: what is shown may be old. */
export function useChange(onEnd: () => void): Changing {
  const [refused, setRefused] = useState<GalipError>();
  return {
    refused,
    async change(work) {
      setRefused(undefined);
      try {
        await work();
        return true;
      } catch (error) {
        setRefused(failureOf(error));
        return false;
      } finally {
        onEnd();
      }
    },
  };
}
