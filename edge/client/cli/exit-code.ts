import {
  AuthenticationError,
  ConnectionError,
  GalipError,
  InvalidRequestError,
  ModerationError,
  PermissionError,
  RateLimitError,
  ServerError,
  SpendingError,
} from '../errors.ts';
import { CommandError } from './command-error.ts';

const EXIT_CODES = [
  [2, [CommandError, InvalidRequestError]],
  [3, [AuthenticationError, PermissionError]],
  [4, [SpendingError]],
  [5, [RateLimitError, ServerError, ConnectionError]],
  [6, [ModerationError]],
] as const;

/** By which a script tells what went wrong; `--help` lists them. */
export function exitCodeOf(error: unknown): number {
  const found = EXIT_CODES.find(([, classes]) => classes.some((each) => error instanceof each));
  return found?.[0] ?? 1;
}

/** One or two lines for a person; undefined where it is a fault of this program, and the stack should be seen. */
export function explain(error: unknown): string | undefined {
  if (error instanceof CommandError) return error.message;
  if (!(error instanceof GalipError)) return undefined;
  const { message, code, retryAfterS, requestId } = error;
  const details = [
    ...(code === undefined ? [] : [code]),
    ...(retryAfterS === undefined ? [] : [`try again in ${retryAfterS} s`]),
    ...(requestId === undefined ? [] : [`request ${requestId}`]),
  ];
  return details.length > 0 ? `${message}\n(${details.join(', ')})` : message;
}
