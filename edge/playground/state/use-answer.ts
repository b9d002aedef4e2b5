import { useCallback, useEffect, useState } from 'preact/hooks';
import type { GalipError } from '../../client/errors.ts';
import type { Api } from '../api/api.ts';
import { useSession } from '../session.ts';
import { failureOf } from './failure-words.ts';

export interface Answer<T> {
  readonly value: T | undefined;
  readonly failure: GalipError | undefined;
  /** Asks again; what is there stays until the answer comes. */
  readonly reload: () => void;
}

/**
 * What the API answers to `ask`.
 * @param deps what `ask` depends on: it is asked again when they change.
 */
export function useAnswer<T>(ask: (api: Api) => Promise<T>, deps: readonly unknown[]): Answer<T> {
  const { api } = useSession();
  const [count, setCount] = useState(0);
  const [state, setState] = useState<{ value?: T; failure?: GalipError }>({});
  const reload = useCallback(() => setCount((before) => before + 1), []);
  useEffect(() => {
    if (!api) return;
    let isWanted = true;
    ask(api)
      .then((value) => isWanted && setState({ value }))
      .catch((error: unknown) => isWanted && setState({ failure: failureOf(error) }));
    return () => {
      isWanted = false;
    };
  }, [api, count, ...deps]);
  return { value: state.value, failure: state.failure, reload };
}
