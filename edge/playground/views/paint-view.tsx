import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { Examples } from '../parts/examples.tsx';
import { FailureNotice } from '../parts/failure-notice.tsx';
import { HistoryStrip } from '../parts/history-strip.tsx';
import { PaintedPicture } from '../parts/painted-picture.tsx';
import { PictureActions } from '../parts/picture-actions.tsx';
import { PromptBox } from '../parts/prompt-box.tsx';
import { useSession } from '../session.ts';
import { imageBodyOf, type Recipe } from '../state/recipe.ts';
import { parseRecipe, recipeParams } from '../state/recipe-params.ts';
import { usePainting } from '../state/use-painting.ts';
import { usePlaceOfPicture } from '../state/use-place-of-picture.ts';
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

/** One prompt, one picture, painted as it is typed. */
export function PaintView({ params, keyFailure }: ViewProps): JSX.Element {
  const { model } = useSession();
  const [recipe, setRecipe] = useState(() => parseRecipe(params));
  const [isLive, setLive] = useState(true);
  const nativePx = model?.native;
  const wanted = useMemo(() => {
    const title = recipe.prompt.trim();
    if (title === '' || nativePx === undefined) return undefined;
    return { title, body: imageBodyOf(recipe, nativePx) };
  }, [recipe, nativePx]);
  const painting = usePainting(wanted, isLive ? 'live' : 'priced');
  const settings = useMemo(() => recipeParams(recipe), [recipe]);
  const shared = usePlaceOfPicture({ view: 'paint', given: params, settings, wanted, painting });
  const change = (part: Partial<Recipe>): void => setRecipe((before) => ({ ...before, ...part }));
  const problem = keyFailure ?? painting.failure;
  return (
    <div class="paint">
      <h1 class="unseen">Paint a picture</h1>
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
      <div class="paint-columns">
        <PaintedPicture painting={painting} title={recipe.prompt} shared={shared}>
          {problem && (
            <FailureNotice failure={problem} onRetry={keyFailure ? undefined : painting.paintNow} />
          )}
        </PaintedPicture>
        <div class="paint-side">
          <PaintControls recipe={recipe} isLive={isLive} onChange={change} onLive={setLive} />
          <PictureActions painting={painting} isLive={isLive} />
        </div>
      </div>
      <HistoryStrip />
    </div>
  );
}
