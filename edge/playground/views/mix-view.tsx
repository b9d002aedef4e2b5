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
import { TruncationSlider } from '../parts/truncation-slider.tsx';
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
  const problem = keyFailure ?? painting.failure;
  return (
    <div class="paint">
      <h1 class="unseen">Mix two prompts by stages</h1>
      <div class="two-prompts">
        <PromptBox
          label="One prompt"
          value={recipe.prompt}
          placeholder="a red apple"
          isMain
          onChange={(prompt) => changeRecipe({ prompt })}
          onSubmit={painting.paintNow}
        />
        <PromptBox
          label="Another"
          value={other}
          placeholder="a green frog"
          onChange={(text) => setPlan({ ...plan, other: text })}
          onSubmit={painting.paintNow}
        />
      </div>
      <Examples
        examples={EXAMPLES.map(([prompt, another]) => ({
          text: `${prompt} + ${another}`,
          isChosen: prompt === recipe.prompt && another === other,
          choose: () => setPlan({ ...plan, recipe: { ...recipe, prompt }, other: another }),
        }))}
      />
      <div class="paint-columns">
        <PaintedPicture
          painting={painting}
          title={`${recipe.prompt} + ${other}`}
          shared={shared}
          invitation="Say two things: some stages paint one of them, some the other."
        >
          {problem && (
            <FailureNotice failure={problem} onRetry={keyFailure ? undefined : painting.paintNow} />
          )}
        </PaintedPicture>
        <div class="paint-side">
          <section class="controls" aria-label="Controls">
            <LiveSwitch isLive={isLive} onChange={setLive} />
            <StagePicker plan={plan} onChange={setPlan} />
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
