import type { JSX } from 'preact';
import { SeedField } from '../../parts/seed-field.tsx';
import { Segments } from '../../parts/segments.tsx';
import { Slider } from '../../parts/slider.tsx';
import { type GridPlan, MAX_EDGE, ROW_KINDS } from '../../state/grid-plan.ts';

export interface GridControlsProps {
  readonly plan: GridPlan;
  readonly onChange: (part: Partial<GridPlan>) => void;
}

export function GridControls({ plan, onChange }: GridControlsProps): JSX.Element {
  const { recipe, rows, columns } = plan;
  return (
    <section class="controls controls-wide" aria-label="Controls">
      <Segments
        label="Rows"
        options={ROW_KINDS.map((kind) => ({ value: kind, text: kind }))}
        value={rows}
        onChange={(kind) => onChange({ rows: kind })}
      />
      <Slider
        label="Columns"
        hint="One seed each."
        value={columns}
        min={1}
        max={MAX_EDGE}
        step={1}
        onChange={(value) => onChange({ columns: value })}
      />
      <SeedField
        label="First seed"
        value={recipe.seed}
        onChange={(seed) => onChange({ recipe: { ...recipe, seed } })}
      />
      {rows === 'variation' && (
        <SeedField
          label="Towards"
          value={recipe.toward}
          onChange={(toward) => onChange({ recipe: { ...recipe, toward } })}
        />
      )}
    </section>
  );
}
