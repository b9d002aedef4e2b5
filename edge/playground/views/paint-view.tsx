import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { Examples } from '../parts/examples.tsx';
import { PaintedPicture } from '../parts/painted-picture.tsx';
import { PaintingLayout } from '../parts/painting-layout.tsx';
import { PictureActions } from '../parts/picture-actions.tsx';
import { PromptBox } from '../parts/prompt-box.tsx';
import { useSession } from '../session.ts';
import { addBestOf, parseBestOfPlan, wantedOfBestOf } from '../state/best-of-plan.ts';
import { imageBodyOf, type Recipe } from '../state/recipe.ts';
import { parseRecipe, recipeParams } from '../state/recipe-params.ts';
import { useBestOf } from '../state/use-best-of.ts';
import { usePainting } from '../state/use-painting.ts';
import { usePlaceOfPicture } from '../state/use-place-of-picture.ts';
import { BestOfControls } from './paint/best-of-controls.tsx';
import { Candidates } from './paint/candidates.tsx';
import { PaintControls } from './paint/paint-controls.tsx';
import type { ViewProps } from './view-props.ts';

const EXAMPLES = [
  'a red apple',
  'penguin',
  'pizza',
  'grinning face',
  'blue heart',
  'sunflower',
  'rainbow',
  'strawberry',
];

/** One prompt, one picture, painted as it is typed; or the best of several. */
export function PaintView({ params, keyFailure }: ViewProps): JSX.Element {
  const { model } = useSession();
  const [recipe, setRecipe] = useState(() => parseRecipe(params));
  const [plan, setPlan] = useState(() => parseBestOfPlan(params, recipe.seed));
  const [isLive, setLive] = useState(true);
  const nativePx = model?.native;
  const wanted = useMemo(() => {
    const title = recipe.prompt.trim();
    if (title === '' || nativePx === undefined) return undefined;
    return { title, body: imageBodyOf(recipe, nativePx) };
  }, [recipe, nativePx]);
  const painting = usePainting(wanted, isLive ? 'live' : 'priced');
  const { seed, ...others } = recipe;
  const wantedOfSeveral = useMemo(
    () => (nativePx === undefined ? undefined : wantedOfBestOf(recipe, plan, nativePx)),
    // Which candidate is on the screen makes no difference.
    [...Object.values(others), plan, nativePx],
  );
  const bestOf = useBestOf(wantedOfSeveral, choose);
  const settings = useMemo(() => {
    const all = recipeParams(recipe);
    addBestOf(all, plan, recipe.seed);
    return all;
  }, [recipe, plan]);
  const shared = usePlaceOfPicture({ view: 'paint', given: params, settings, wanted, painting });

  function choose(candidate: number): void {
    setRecipe((before) => ({ ...before, seed: candidate }));
  }
  function change(part: Partial<Recipe>): void {
    const { seed: first } = part;
    setRecipe((before) => ({ ...before, ...part }));
    if (first !== undefined) setPlan((before) => ({ ...before, first }));
  }

  const failure = keyFailure ?? bestOf.failure ?? painting.failure;
  const retry = bestOf.failure ? bestOf.make : painting.paintNow;
  return (
    <PaintingLayout
      heading="Paint a picture"
      prompts={
        <>
          <PromptBox
            label="What do you want to see?"
            value={recipe.prompt}
            placeholder="a red apple"
            isMain
            onChange={(prompt) => change({ prompt })}
            onSubmit={painting.paintNow}
          />
          <Examples
            examples={EXAMPLES.map((prompt) => ({
              text: prompt,
              isChosen: prompt === recipe.prompt,
              choose: () => change({ prompt }),
            }))}
          />
        </>
      }
      picture={
        <>
          <PaintedPicture
            painting={painting}
            title={recipe.prompt}
            shared={shared}
            failure={failure}
            onRetry={keyFailure ? undefined : retry}
          />
          {bestOf.made && (
            <Candidates images={bestOf.made} title={recipe.prompt.trim()} seed={seed} onChoose={choose} />
          )}
        </>
      }
    >
      <PaintControls recipe={recipe} isLive={isLive} onChange={change} onLive={setLive} />
      <BestOfControls plan={plan} bestOf={bestOf} onChange={setPlan} />
      <PictureActions painting={painting} isLive={isLive} />
    </PaintingLayout>
  );
}
