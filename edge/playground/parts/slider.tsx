import type { JSX } from 'preact';
import { useId } from 'preact/hooks';

export interface SliderProps {
  readonly label: string;
  readonly hint: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  /** How the value is written; by default as it is. */
  readonly format?: (value: number) => string;
  readonly disabled?: boolean;
  readonly onChange: (value: number) => void;
}

/** A labelled range with its value. */
export function Slider(props: SliderProps): JSX.Element {
  const { label, hint, value, min, max, step, format = String, disabled = false, onChange } = props;
  const id = useId();
  return (
    <div class="slider">
      <label for={id}>{label}</label>
      <output for={id}>{format(value)}</output>
      <input
        id={id}
        type="range"
        min={min}
        max={max}
        step={step}
        value={value}
        disabled={disabled}
        style={{ '--part': `${((value - min) / (max - min)) * 100}%` }}
        aria-describedby={`${id}-hint`}
        onInput={({ currentTarget }) => onChange(Number(currentTarget.value))}
      />
      <p id={`${id}-hint`} class="hint">
        {hint}
      </p>
    </div>
  );
}
