import type { JSX } from 'preact';
import { useState } from 'preact/hooks';

export interface ConfirmButtonProps {
  /** What it does: "Revoke". */
  readonly text: string;
  /** To what: for who hears it. */
  readonly of: string;
  readonly onConfirm: () => void;
}

/** A button whose second press does it. */
export function ConfirmButton({ text, of, onConfirm }: ConfirmButtonProps): JSX.Element {
  const [isMeant, setMeant] = useState(false);
  return (
    <button
      type="button"
      class={isMeant ? 'button small danger' : 'button small quiet'}
      onBlur={() => setMeant(false)}
      onClick={() => {
        setMeant(!isMeant);
        if (isMeant) onConfirm();
      }}
    >
      {isMeant ? `Really ${text.toLowerCase()}?` : text}
      <span class="unseen"> {of}</span>
    </button>
  );
}
