import type { JSX } from 'preact';
import { MAX_TRUNCATION, MIN_TRUNCATION } from '../state/recipe.ts';
import { Slider } from './slider.tsx';

export interface TruncationSliderProps {
  readonly value: number;
  readonly onChange: (truncation: number) => void;
}

export function TruncationSlider({ value, onChange }: TruncationSliderProps): JSX.Element {
  return (
    <Slider
      label="Truncation ψ"
      hint="Low: typical and alike. High: odd and various."
      value={value}
      min={MIN_TRUNCATION}
      max={MAX_TRUNCATION}
      step={0.05}
      format={(psi) => psi.toFixed(2)}
      onChange={onChange}
    />
  );
}
