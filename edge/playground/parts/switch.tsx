import type { JSX } from 'preact';

export interface SwitchProps {
  readonly label: string;
  readonly hint: string;
  readonly isOn: boolean;
  readonly onChange: (isOn: boolean) => void;
}

/** On or off, at once. */
export function Switch({ label, hint, isOn, onChange }: SwitchProps): JSX.Element {
  return (
    <label class="switch">
      <input type="checkbox" checked={isOn} onChange={() => onChange(!isOn)} />
      <span>
        {label}
        <small>{hint}</small>
      </span>
    </label>
  );
}
