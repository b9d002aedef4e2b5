import type { JSX } from 'preact';

/** What the API takes, in characters. */
const MAX_NAME = 100;

export interface NameFieldProps {
  readonly value: string;
  readonly placeholder: string;
  readonly onInput: (value: string) => void;
}

/** What a key or a tenant is called. */
export function NameField({ value, placeholder, onInput }: NameFieldProps): JSX.Element {
  return (
    <label class="field">
      <span>Name</span>
      <input
        required
        maxLength={MAX_NAME}
        value={value}
        placeholder={placeholder}
        onInput={({ currentTarget }) => onInput(currentTarget.value)}
      />
    </label>
  );
}
