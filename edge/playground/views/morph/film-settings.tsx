import type { JSX } from 'preact';
import { Segments } from '../../parts/segments.tsx';
import { Slider } from '../../parts/slider.tsx';
import { Switch } from '../../parts/switch.tsx';
import { EASINGS, type FilmPlan, MAX_FPS, MAX_FRAMES, MIN_FRAMES } from '../../state/film-plan.ts';

export interface FilmSettingsProps {
  readonly film: FilmPlan;
  readonly onChange: (film: FilmPlan) => void;
}

/** How long the film is, and how it goes. */
export function FilmSettings({ film, onChange }: FilmSettingsProps): JSX.Element {
  const { frames, fps, easing, loop } = film;
  const seconds = (frames / fps).toFixed(1);
  return (
    <details class="film">
      <summary>
        Film: {frames} frames, {seconds} s{loop && ', there and back'}
      </summary>
      <div class="controls">
        <Slider
          label="Frames"
          hint={loop ? 'Half of them lead there, half back.' : 'From one end to the other.'}
          value={frames}
          min={MIN_FRAMES}
          max={MAX_FRAMES}
          step={1}
          onChange={(value) => onChange({ ...film, frames: value })}
        />
        <Slider
          label="Frames a second"
          hint={`The film takes ${seconds} s.`}
          value={fps}
          min={1}
          max={MAX_FPS}
          step={1}
          onChange={(value) => onChange({ ...film, fps: value })}
        />
        <Segments
          label="Pace"
          options={EASINGS.map((value) => ({ value, text: value }))}
          value={easing}
          onChange={(value) => onChange({ ...film, easing: value })}
        />
        <Switch
          label="Loop"
          hint="there and back, without an end"
          isOn={loop}
          onChange={(value) => onChange({ ...film, loop: value })}
        />
      </div>
    </details>
  );
}
