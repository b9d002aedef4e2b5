import type { JSX } from 'preact';
import { useSession } from '../../session.ts';
import { type MixPlan, otherStages, withStage } from '../../state/mix-plan.ts';

export interface StagePickerProps {
  readonly plan: MixPlan;
  readonly onChange: (plan: MixPlan) => void;
}

/** Which stage follows which prompt: a button each, coarse to fine. */
export function StagePicker({ plan, onChange }: StagePickerProps): JSX.Element | null {
  const { model } = useSession();
  if (!model) return null;
  const count = model.stages;
  const others = otherStages(plan, count);
  const other = plan.other.trim();
  return (
    <fieldset class="stages">
      <legend>Stages that paint {other === '' ? 'the other prompt' : `“${other}”`}</legend>
      <div class="stages-row">
        {Array.from({ length: count }, (_, stage) => (
          <button
            key={stage}
            type="button"
            aria-pressed={others.includes(stage)}
            aria-label={`Stage ${stage}`}
            onClick={() => onChange(withStage(plan, stage, count))}
          >
            {stage}
          </button>
        ))}
      </div>
      <p class="hint stages-ends">
        <span>coarse: shape</span>
        <span>fine: colour, detail</span>
      </p>
    </fieldset>
  );
}
