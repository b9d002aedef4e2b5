import type { JSX } from 'preact';
import { MakeButton } from '../../parts/make-button.tsx';
import { Segments } from '../../parts/segments.tsx';
import { useSession } from '../../session.ts';
import { type BestOfPlan, CANDIDATE_COUNTS, JUDGES } from '../../state/best-of-plan.ts';
import type { BestOf } from '../../state/use-best-of.ts';

export interface BestOfControlsProps {
  readonly plan: BestOfPlan;
  readonly bestOf: BestOf;
  readonly onChange: (plan: BestOfPlan) => void;
}

/** How many candidates there are to be, what they cost, and the button that makes them. */
export function BestOfControls({ plan, bestOf, onChange }: BestOfControlsProps): JSX.Element {
  const { api, model } = useSession();
  const { count } = plan;
  const { price, isBusy, make } = bestOf;
  return (
    <section class="controls" aria-label="Best of several">
      <Segments
        label="Best of"
        options={CANDIDATE_COUNTS.map((value) => ({ value, text: value === 1 ? 'just one' : `${value}` }))}
        value={count}
        onChange={(value) => onChange({ ...plan, count: value })}
      />
      {count > 1 && model?.judge != null && (
        <Segments
          label="Judge"
          options={JUDGES.map((value) => ({
            value,
            text: value === 'independent' ? 'independent' : 'the model’s own CLIP',
          }))}
          value={plan.judge}
          onChange={(judge) => onChange({ ...plan, judge })}
        />
      )}
      {api && count > 1 && (
        <MakeButton
          action={isBusy ? `Painting ${count} candidates` : `Paint ${count} candidates`}
          price={price}
          invitation="Say what you want to see, and see its price."
          isBusy={isBusy}
          onMake={make}
        />
      )}
    </section>
  );
}
