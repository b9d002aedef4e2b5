import type { JSX } from 'preact';
import { AuthenticationError, type GalipError, PermissionError, SpendingError } from '../../client/errors.ts';
import { useSession } from '../session.ts';
import { adviceOnFailure, titleOfFailure } from '../state/failure-words.ts';

export interface FailureNoticeProps {
  readonly failure: GalipError;
  /** Undefined: trying again makes no difference. */
  readonly onRetry?: (() => void) | undefined;
}

/** What went wrong, and what can be done. */
export function FailureNotice({ failure, onRetry }: FailureNoticeProps): JSX.Element {
  const { askForKey } = useSession();
  const isMoney = failure instanceof SpendingError;
  const isKey = failure instanceof AuthenticationError || failure instanceof PermissionError;
  return (
    <div class="notice" role="alert" data-code={failure.code}>
      <h2>{titleOfFailure(failure)}</h2>
      <p>{adviceOnFailure(failure)}</p>
      <div class="actions">
        {isMoney && (
          <a class="button quiet" href="#/console">
            See the balance
          </a>
        )}
        {(isKey || isMoney) && (
          <button type="button" class="button quiet" onClick={askForKey}>
            Use another key
          </button>
        )}
        {onRetry && (
          <button type="button" class="button" onClick={onRetry}>
            Try again
          </button>
        )}
      </div>
    </div>
  );
}
