import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { LiveSwitch } from '../parts/live-switch.tsx';
import { PaintedPicture } from '../parts/painted-picture.tsx';
import { PaintingLayout } from '../parts/painting-layout.tsx';
import { PictureActions } from '../parts/picture-actions.tsx';
import { SeedField } from '../parts/seed-field.tsx';
import { TruncationSlider } from '../parts/truncation-slider.tsx';
import { TwoPrompts } from '../parts/two-prompts.tsx';
import { useSession } from '../session.ts';
import { mixParams, parseMixPlan, wantedOfMix } from '../state/mix-plan.ts';
import type { Recipe } from '../state/recipe.ts';
import { usePainting } from '../state/use-painting.ts';
import { usePlaceOfPicture } from '../state/use-place-of-picture.ts';
import { StagePicker } from './mix/stage-picker.tsx';
import type { ViewProps } from './view-props.ts';

const EXAMPLES = [
  ['blue heart', 'sunflower'],
  ['a red apple', 'a green frog'],
  ['penguin', 'rainbow'],
] as const;

/** Two prompts in one picture: coarse stages give it its shape, fine ones colours and detail. */
export function MixView({ params, keyFailure }: ViewProps): JSX.Element {
  const { model } = useSession();
  const [plan, setPlan] = useState(() => parseMixPlan(params));
  const [isLive, setLive] = useState(true);
  const wanted = useMemo(() => model && wantedOfMix(plan, model.native, model.stages), [plan, model]);
  const painting = usePainting(wanted, isLive ? 'live' : 'priced');
  const settings = useMemo(() => mixParams(plan), [plan]);
  const shared = usePlaceOfPicture({ view: 'mix', given: params, settings, wanted, painting });
  const { recipe, other } = plan;
  const changeRecipe = (part: Partial<Recipe>): void => setPlan({ ...plan, recipe: { ...recipe, ...part } });
  return (
    <PaintingLayout
      heading="Mix two prompts by stages"
      prompts={
        <TwoPrompts
          first={{ label: 'One prompt', placeholder: 'a red apple', value: recipe.prompt }}
          second={{ label: 'Another', placeholder: 'a green frog', value: other }}
          sign="+"
          examples={EXAMPLES}
          onChange={(prompt, another) => setPlan({ ...plan, recipe: { ...recipe, prompt }, other: another })}
          onSubmit={painting.paintNow}
        />
      }
      picture={
        <PaintedPicture
          painting={painting}
          title={`${recipe.prompt} + ${other}`}
          shared={shared}
          invitation="Say two things: some stages paint one of them, some the other."
          failure={keyFailure ?? painting.failure}
          onRetry={keyFailure ? undefined : painting.paintNow}
        />
      }
    >
      <section class="controls" aria-label="Controls">
        <LiveSwitch isLive={isLive} onChange={setLive} />
        <StagePicker plan={plan} onChange={setPlan} />
        <SeedField label="Seed" value={recipe.seed} onChange={(seed) => changeRecipe({ seed })} />
        <TruncationSlider value={recipe.truncation} onChange={(truncation) => changeRecipe({ truncation })} />
      </section>
      <PictureActions painting={painting} isLive={isLive} />
    </PaintingLayout>
  );
}
