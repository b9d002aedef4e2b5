import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { Examples } from '../parts/examples.tsx';
import { FailureNotice } from '../parts/failure-notice.tsx';
import { HistoryStrip } from '../parts/history-strip.tsx';
import { LiveSwitch } from '../parts/live-switch.tsx';
import { PaintedPicture } from '../parts/painted-picture.tsx';
import { PictureActions } from '../parts/picture-actions.tsx';
import { PromptBox } from '../parts/prompt-box.tsx';
import { SeedField } from '../parts/seed-field.tsx';
import { Slider } from '../parts/slider.tsx';
import { TruncationSlider } from '../parts/truncation-slider.tsx';
import { useSession } from '../session.ts';
import {
  MORPH_STEPS,
  type MorphPlan,
  morphParams,
  parseMorphPlan,
  wantedOfMorph,
} from '../state/morph-plan.ts';
import type { Recipe } from '../state/recipe.ts';
import { usePainting } from '../state/use-painting.ts';
import { usePlaceOfPicture } from '../state/use-place-of-picture.ts';
import type { ViewProps } from './view-props.ts';

const EXAMPLES = [
  ['sunflower', 'pizza'],
  ['a red apple', 'blue heart'],
  ['cat face', 'penguin'],
] as const;

/** From one prompt to another, as far as the slider says. */
export function MorphView({ params, keyFailure }: ViewProps): JSX.Element {
  const { model } = useSession();
  const [plan, setPlan] = useState(() => parseMorphPlan(params));
  const [isLive, setLive] = useState(true);
  const wanted = useMemo(() => model && wantedOfMorph(plan, model.native), [plan, model]);
  const painting = usePainting(wanted, isLive);
  const settings = useMemo(() => morphParams(plan), [plan]);
  const shared = usePlaceOfPicture({ view: 'morph', given: params, settings, wanted, painting });
  const { recipe, to, step } = plan;
  const change = (part: Partial<MorphPlan>): void => setPlan({ ...plan, ...part });
  const changeRecipe = (part: Partial<Recipe>): void => change({ recipe: { ...recipe, ...part } });
  const problem = keyFailure ?? painting.failure;
  return (
    <div class="paint">
      <h1 class="unseen">Morph from one prompt to another</h1>
      <div class="two-prompts">
        <PromptBox
          label="From"
          value={recipe.prompt}
          placeholder="a red apple"
          isMain
          onChange={(prompt) => changeRecipe({ prompt })}
          onSubmit={painting.paintNow}
        />
        <PromptBox
          label="To"
          value={to}
          placeholder="a yellow banana"
          onChange={(text) => change({ to: text })}
          onSubmit={painting.paintNow}
        />
      </div>
      <Examples
        examples={EXAMPLES.map(([prompt, end]) => ({
          text: `${prompt} → ${end}`,
          isChosen: prompt === recipe.prompt && end === to,
          choose: () => change({ recipe: { ...recipe, prompt }, to: end }),
        }))}
      />
      <div class="paint-columns">
        <div class="paint-side">
          <PaintedPicture
            painting={painting}
            title={`${recipe.prompt} → ${to}`}
            shared={shared}
            invitation="Say where it begins and where it ends."
          >
            {problem && (
              <FailureNotice failure={problem} onRetry={keyFailure ? undefined : painting.paintNow} />
            )}
          </PaintedPicture>
        </div>
        <div class="paint-side">
          <section class="controls" aria-label="Controls">
            <Slider
              label="How far"
              hint="Between the ends both prompts count, by so much."
              value={step}
              min={0}
              max={MORPH_STEPS}
              step={1}
              format={(value) => `${Math.round((value / MORPH_STEPS) * 100)} %`}
              onChange={(value) => change({ step: value })}
            />
            <LiveSwitch isLive={isLive} onChange={setLive} />
            <SeedField label="Seed" value={recipe.seed} onChange={(seed) => changeRecipe({ seed })} />
            <TruncationSlider
              value={recipe.truncation}
              onChange={(truncation) => changeRecipe({ truncation })}
            />
          </section>
          <PictureActions painting={painting} isLive={isLive} />
        </div>
      </div>
      <HistoryStrip />
    </div>
  );
}
