import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { type KeptKey, type KeyPlace, looksLikeKey } from '../state/key-store.ts';

export interface KeyDialogProps {
  readonly kept: KeptKey | undefined;
  /** From a link, or empty. */
  readonly proposed: string;
  /** Undefined: the key is to be forgotten. */
  readonly onKeep: (key: KeptKey | undefined) => void;
  readonly onClose: () => void;
}

/** Takes the API key, and says where it stays. */
export function KeyDialog({ kept, proposed, onKeep, onClose }: KeyDialogProps): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const [text, setText] = useState(proposed);
  const [place, setPlace] = useState<KeyPlace>(kept?.place ?? 'session');
  const [isWrong, setWrong] = useState(false);
  useEffect(() => dialog.current?.showModal(), []);

  function submit(event: Event): void {
    event.preventDefault();
    const key = text.trim();
    if (looksLikeKey(key)) onKeep({ key, place });
    else setWrong(true);
  }

  return (
    <dialog ref={dialog} class="dialog" aria-labelledby="key-title" onClose={onClose}>
      <form onSubmit={submit}>
        <h2 id="key-title">Your API key</h2>
        {proposed !== '' && (
          <p class="hint">
            The link that you opened brought this key. Use it only if you know from whom it is.
          </p>
        )}
        <label class="field">
          <span>Key</span>
          <input
            type="password"
            name="key"
            value={text}
            placeholder={kept ? 'Another than the present one' : 'glp_…'}
            autocomplete="off"
            spellcheck={false}
            aria-invalid={isWrong}
            aria-describedby="key-hint"
            onInput={({ currentTarget }) => {
              setText(currentTarget.value);
              setWrong(false);
            }}
          />
        </label>
        <p id="key-hint" class={isWrong ? 'hint wrong' : 'hint'} role={isWrong ? 'alert' : undefined}>
          {isWrong
            ? 'That is no API key: one begins with glp_live_ or glp_test_.'
            : 'npm start prints one; others come from npm run keys, or from your operator.'}
        </p>
        <fieldset class="choices">
          <legend>Keep it</legend>
          {(['session', 'device'] as const).map((name) => (
            <label key={name}>
              <input type="radio" name="place" checked={place === name} onChange={() => setPlace(name)} />
              {name === 'session' ? 'until this tab is closed' : 'on this device'}
            </label>
          ))}
        </fieldset>
        <p class="hint">It stays in this browser, goes to this server alone, and is never part of a link.</p>
        <div class="actions">
          {kept && (
            <button type="button" class="button quiet" onClick={() => onKeep(undefined)}>
              Forget the key
            </button>
          )}
          <button type="button" class="button quiet" onClick={() => dialog.current?.close()}>
            Cancel
          </button>
          <button type="submit" class="button">
            Use this key
          </button>
        </div>
      </form>
    </dialog>
  );
}
