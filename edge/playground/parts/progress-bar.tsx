import type { JSX } from 'preact';
import type { Progress } from '../state/composition-work.ts';
import type { Composing } from '../state/use-composition.ts';

export interface ProgressBarProps {
  readonly composing: Composing;
  readonly progress: Progress;
}

/** How far a composition is, and the button that ends it. */
export function ProgressBar({ composing, progress }: ProgressBarProps): JSX.Element {
  const { stop, isStopping } = composing;
  const { all, done, unit } = progress;
  const isJob = unit === 'files';
  return (
    <div class="price">
      <button type="button" class="button quiet" disabled={!stop} onClick={stop}>
        {isJob ? 'Cancel' : 'Stop'}
      </button>
      <progress {...(all !== undefined && { max: all, value: done })} aria-label={`${unit} that are there`} />
      <p>{all === undefined ? 'waiting for its turn' : `${done} of ${all} ${unit}`}</p>
      {isJob && (
        <p class="hint">
          {isStopping
            ? 'It ends once what is being made now is there: that is paid.'
            : 'It goes on if you leave this page, and is here when you come back.'}
        </p>
      )}
    </div>
  );
}
