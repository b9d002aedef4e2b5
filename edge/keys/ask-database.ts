import { ApiError } from '../../gpu-backend/contract/errors.ts';

/** A query's result. @throws ApiError `internal_error` whose cause, D1's own words, is for the log. */
export async function askDatabase<T>(query: Promise<T>): Promise<T> {
  return query.catch((cause: unknown) => {
    throw new ApiError('internal_error', { cause });
  });
}
