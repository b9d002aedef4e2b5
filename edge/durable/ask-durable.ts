import { ApiError } from '../../gpu-backend/contract/errors.ts';

/** Tries of a call whose connection broke; repeating one changes nothing twice. */
const MAX_TRIES = 3;

/** @throws ApiError `ledger_unavailable` when the object cannot be reached; what the object itself throws. */
export async function askDurable<T>(call: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await call();
    } catch (cause) {
      const { remote, overloaded } = cause as { remote?: boolean; overloaded?: boolean };
      if (remote) throw cause;
      if (overloaded || tries === MAX_TRIES) throw new ApiError('ledger_unavailable', { cause });
    }
  }
}
