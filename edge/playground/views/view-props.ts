import type { GalipError } from '../../client/errors.ts';

export interface ViewProps {
  /** What the view begins with. */
  readonly params: URLSearchParams;
  /** Why the key is of no use; undefined: it is. */
  readonly keyFailure: GalipError | undefined;
}
