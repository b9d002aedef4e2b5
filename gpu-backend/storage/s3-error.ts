import { ApiError } from '../contract/errors.ts';

/** HTTP status of an error that the S3 client threw, or undefined where there was no answer. */
export function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('$metadata' in error)) return undefined;
  return (error.$metadata as { httpStatusCode?: number }).httpStatusCode;
}

/** True when the key does not exist; a bucket that does not exist is a fault of the set-up and no missing key. */
export function isMissing(error: unknown): boolean {
  return statusOf(error) === 404 && (error as Error).name !== 'NoSuchBucket';
}

/**
 * The error that callers see. The cause is told in a few words and not passed on whole: services send back key ids,
 * strings to sign and signatures in the fields of their errors.
 */
export function storageUnavailable(operation: string, key: string, error: unknown): ApiError {
  const status = statusOf(error);
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
  const reason = [status, code ?? name, message]
    .filter((part) => part !== undefined && part !== '')
    .join(' ');
  return new ApiError('storage_unavailable', { cause: new Error(`${operation} ${key}: ${reason}`) });
}
