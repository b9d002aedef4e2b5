import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { FailureNotice } from '../parts/failure-notice.tsx';
import { HistoryStrip } from '../parts/history-strip.tsx';
import { PromptBox } from '../parts/prompt-box.tsx';
import { useSession } from '../session.ts';
import type { Recipe } from '../state/recipe.ts';
import { parseRecipe, recipeParams } from '../state/recipe-params.ts';
import { usePainting } from '../state/use-painting.ts';
import { Examples } from './paint/examples.tsx';
import { PaintActions } from './paint/paint-actions.tsx';
import { PaintControls } from './paint/paint-controls.tsx';
import { PaintedPicture } from './paint/painted-picture.tsx';
import { isSharedFile } from './paint/shared-file.ts';
import type { ViewProps } from './view-props.ts';

/** One prompt, one picture, painted as it is typed. */
export function PaintView({ params, keyFailure }: ViewProps): JSX.Element {
  const { addPainted, showPlace } = useSession();
  const [recipe, setRecipe] = useState(() => parseRecipe(params));
  const [isLive, setLive] = useState(true);
  const painting = usePainting(recipe, isLive);
  const { picture, failure, paintNow } = painting;
  // A link names its picture, too: who has no key sees that one.
  const [shared, setShared] = useState(() => params.get('picture') ?? '');

  function change(part: Partial<Recipe>): void {
    setShared('');
    setRecipe((before) => ({ ...before, ...part }));
  }

  useEffect(() => {
    const shown = recipeParams(recipe);
    if (picture && picture.recipe === recipe) shown.set('picture', picture.file);
    else if (isSharedFile(shared)) shown.set('picture', shared);
    showPlace({ view: 'paint', params: shown });
  }, [recipe, picture, shared]);
  useEffect(() => {
    if (!picture) return;
    const { file, recipe: made } = picture;
    addPainted({ params: recipeParams(made).toString(), prompt: made.prompt, file, at: Date.now() });
  }, [picture]);

  const problem = keyFailure ?? failure;
  return (
    <div class="paint">
      <h1 class="unseen">Paint a picture</h1>
      <PromptBox
        label="What do you want to see?"
        value={recipe.prompt}
        placeholder="a red apple"
        isMain
        onChange={(prompt) => change({ prompt })}
        onSubmit={paintNow}
      />
      <Examples prompt={recipe.prompt} onChoose={(prompt) => change({ prompt })} />
      <div class="paint-columns">
        <div class="paint-picture">
          <PaintedPicture painting={painting} recipe={recipe} shared={shared}>
            {problem && <FailureNotice failure={problem} onRetry={keyFailure ? undefined : paintNow} />}
          </PaintedPicture>
        </div>
        <div class="paint-side">
          <PaintControls recipe={recipe} isLive={isLive} onChange={change} onLive={setLive} />
          <PaintActions painting={painting} isLive={isLive} />
        </div>
      </div>
      <HistoryStrip />
    </div>
  );
}
