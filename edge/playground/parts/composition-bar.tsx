import type { JSX } from 'preact';
import { useSession } from '../session.ts';
import type { Composing } from '../state/use-composition.ts';
import { MakeButton } from './make-button.tsx';
import { ProgressBar } from './progress-bar.tsx';

export interface CompositionBarProps {
  readonly composing: Composing;
  /** What the button does: "Paint 16 pictures". */
  readonly action: string;
  /** Said until there is something to price. */
  readonly invitation: string;
}

/** What a composition costs, the button that makes it, and how far that is. */
export function CompositionBar({ composing, action, invitation }: CompositionBarProps): JSX.Element {
  const { api, askForKey } = useSession();
  const { price, progress, make } = composing;
  if (!api) {
    return (
      <div class="price">
        <button type="button" class="button" onClick={askForKey}>
          Add your key
        </button>
        <p>With a key, its price is told before it is painted.</p>
      </div>
    );
  }
  if (progress) return <ProgressBar composing={composing} progress={progress} />;
  return <MakeButton action={action} price={price} invitation={invitation} onMake={make} />;
}
