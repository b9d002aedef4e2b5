import type { ApiFailure } from '../api/api-failure.ts';

export interface ViewProps {
  /** What the view begins with. */
  readonly params: URLSearchParams;
  /** Why the key is of no use; undefined: it is. */
  readonly keyFailure: ApiFailure | undefined;
}
