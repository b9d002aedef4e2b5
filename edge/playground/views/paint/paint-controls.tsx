import type { JSX } from 'preact';
import { LiveSwitch } from '../../parts/live-switch.tsx';
import { SeedField } from '../../parts/seed-field.tsx';
import { Segments } from '../../parts/segments.tsx';
import { Slider } from '../../parts/slider.tsx';
import { TruncationSlider } from '../../parts/truncation-slider.tsx';
import { useSession } from '../../session.ts';
import { FORMATS, type Recipe } from '../../state/recipe.ts';

export interface PaintControlsProps {
  readonly recipe: Recipe;
  readonly isLive: boolean;
  readonly onChange: (part: Partial<Recipe>) => void;
  readonly onLive: (isLive: boolean) => void;
}

const inPercent = (part: number): string => `${Math.round(part * 100)} %`;

/** Everything that steers a picture beside its prompt. */
export function PaintControls({ recipe, isLive, onChange, onLive }: PaintControlsProps): JSX.Element {
  const { model } = useSession();
  const { seed, truncation, toward, strength, scale, format } = recipe;
  const nativePx = model?.native ?? 64;
  const maxPx = model?.sizes.max ?? nativePx;
  const scales = [1, 2, 4].filter((times) => times * nativePx <= maxPx);
  return (
    <section class="controls" aria-label="Controls">
      <LiveSwitch isLive={isLive} onChange={onLive} />
      <SeedField label="Seed" value={seed} onChange={(value) => onChange({ seed: value })} />
      <TruncationSlider value={truncation} onChange={(value) => onChange({ truncation: value })} />
      <Slider
        label="Variation"
        hint={`How far the picture moves towards that of seed ${toward}.`}
        value={strength}
        min={0}
        max={1}
        step={0.05}
        format={inPercent}
        onChange={(value) => onChange({ strength: value })}
      />
      {strength > 0 && (
        <SeedField label="Towards seed" value={toward} onChange={(value) => onChange({ toward: value })} />
      )}
      <div class="controls-row">
        <Segments
          label="Size"
          options={scales.map((times) => ({ value: times, text: `${times * nativePx}` }))}
          value={scale}
          onChange={(value) => onChange({ scale: value })}
        />
        <Segments
          label="File"
          options={FORMATS.map((name) => ({ value: name, text: name }))}
          value={format}
          onChange={(value) => onChange({ format: value })}
        />
      </div>
    </section>
  );
}
