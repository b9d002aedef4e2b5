import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { MAX_PROMPT } from '../state/recipe-params.ts';

export interface PromptBoxProps {
  readonly label: string;
  readonly value: string;
  readonly placeholder: string;
  /** Takes the focus when the view opens, and at the key "/". */
  readonly isMain?: boolean;
  readonly onChange: (prompt: string) => void;
  /** Enter. */
  readonly onSubmit: () => void;
}

/** One line for a prompt. */
export function PromptBox(props: PromptBoxProps): JSX.Element {
  const { label, value, placeholder, isMain = false, onChange, onSubmit } = props;
  const input = useRef<HTMLInputElement>(null);
  // Before the first paint: who types as soon as the page is there loses no letter.
  useLayoutEffect(() => {
    if (!isMain) return;
    // On a phone that would open the keyboard over the picture.
    if (matchMedia('(hover: hover)').matches) input.current?.focus();
    const jump = (event: KeyboardEvent): void => {
      const isTyping = event.target instanceof HTMLElement && event.target.matches('input, textarea, select');
      if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || isTyping) return;
      event.preventDefault();
      input.current?.select();
    };
    addEventListener('keydown', jump);
    return () => removeEventListener('keydown', jump);
  }, [isMain]);
  return (
    <label class="prompt">
      <span class="prompt-label">
        {label}
        {isMain && (
          <span class="key-hint" aria-hidden="true" title="This key leads here">
            /
          </span>
        )}
      </span>
      <input
        ref={input}
        type="text"
        value={value}
        placeholder={placeholder}
        maxLength={MAX_PROMPT}
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        enterkeyhint="go"
        onInput={({ currentTarget }) => onChange(currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && !event.isComposing) onSubmit();
        }}
      />
    </label>
  );
}
