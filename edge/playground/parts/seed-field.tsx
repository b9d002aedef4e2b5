import type { JSX } from 'preact';
import { useId } from 'preact/hooks';
import { MAX_SEED } from '../state/recipe.ts';

/** The slider's reach; the number beside it takes every seed. */
const SLIDER_MAX = 99;

export interface SeedFieldProps {
  readonly label: string;
  readonly value: number;
  readonly onChange: (seed: number) => void;
}

/** A seed: by slider, as a number, or by chance. */
export function SeedField({ label, value, onChange }: SeedFieldProps): JSX.Element {
  const id = useId();
  function set(text: string): void {
    const seed = Number(text);
    if (text !== '' && Number.isInteger(seed) && seed >= 0 && seed <= MAX_SEED) onChange(seed);
  }
  return (
    <div class="slider seed">
      <label for={id}>{label}</label>
      <span class="seed-exact">
        <input
          type="number"
          min={0}
          max={MAX_SEED}
          value={value}
          aria-label={`${label}, as a number`}
          onInput={({ currentTarget }) => set(currentTarget.value)}
        />
        <button
          type="button"
          class="icon-button"
          title="By chance"
          onClick={() => onChange(crypto.getRandomValues(new Uint32Array(1))[0] ?? 0)}
        >
          <span aria-hidden="true">⚄</span>
          <span class="unseen">{label} by chance</span>
        </button>
      </span>
      <input
        id={id}
        type="range"
        min={0}
        max={SLIDER_MAX}
        step={1}
        value={Math.min(value, SLIDER_MAX)}
        style={{ '--part': `${Math.min(100, (value / SLIDER_MAX) * 100)}%` }}
        onInput={({ currentTarget }) => set(currentTarget.value)}
      />
    </div>
  );
}
