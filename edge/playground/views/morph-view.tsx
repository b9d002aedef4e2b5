import type { JSX } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
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
import { FILM_FPS, orderOfFilm, stepOfFrame } from '../state/morph-film.ts';
import {
  MORPH_STEPS,
  type MorphPlan,
  morphParams,
  parseMorphPlan,
  wantedOfMorph,
} from '../state/morph-plan.ts';
import type { Recipe } from '../state/recipe.ts';
import { useComposition } from '../state/use-composition.ts';
import { usePainting } from '../state/use-painting.ts';
import { usePlaceOfPicture } from '../state/use-place-of-picture.ts';
import { usePlayer } from '../state/use-player.ts';
import { FilmBar } from './morph/film-bar.tsx';
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
  const { recipe, to, step } = plan;
  const sheet = useMemo(() => {
    const order = orderOfFilm({ recipe, to });
    return order && { order, of: undefined };
  }, [recipe, to]);
  const film = useComposition(sheet);
  const player = usePlayer(FILM_FPS);
  // Pictures of the film are there already, for the slider too.
  const hasFilm = film.made !== undefined && film.sheet === sheet;
  const shownStep = player.isPlaying ? stepOfFrame(player.frame) : step;
  const frame = hasFilm ? film.pictures.get(shownStep) : undefined;
  const painting = usePainting(wanted, hasFilm ? 'resting' : isLive ? 'live' : 'priced');
  useEffect(() => {
    if (hasFilm) player.play(step);
    else player.pause();
  }, [hasFilm]);
  const settings = useMemo(() => morphParams(plan), [plan]);
  const shared = usePlaceOfPicture({ view: 'morph', given: params, settings, wanted, painting });
  const change = (part: Partial<MorphPlan>): void => setPlan({ ...plan, ...part });
  const changeRecipe = (part: Partial<Recipe>): void => change({ recipe: { ...recipe, ...part } });
  const moveTo = (next: number): void => {
    player.pause();
    change({ step: next });
  };
  const problem = keyFailure ?? film.failure ?? painting.failure;
  const title = `${recipe.prompt} → ${to}`;
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
            title={title}
            shared={shared}
            invitation="Say where it begins and where it ends."
            frame={frame && { url: frame.url, text: `${percentOf(shownStep)} of the way` }}
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
              value={shownStep}
              min={0}
              max={MORPH_STEPS}
              step={1}
              format={percentOf}
              onChange={moveTo}
            />
            <FilmBar
              composing={film}
              isReady={hasFilm}
              isPlaying={player.isPlaying}
              title={title}
              onPlay={() => player.play(step)}
              onPause={() => moveTo(shownStep)}
            />
            <LiveSwitch isLive={isLive} onChange={setLive} />
            <SeedField label="Seed" value={recipe.seed} onChange={(seed) => changeRecipe({ seed })} />
            <TruncationSlider
              value={recipe.truncation}
              onChange={(truncation) => changeRecipe({ truncation })}
            />
          </section>
          {!hasFilm && <PictureActions painting={painting} isLive={isLive} />}
        </div>
      </div>
      <HistoryStrip />
    </div>
  );
}

function percentOf(step: number): string {
  return `${Math.round((step / MORPH_STEPS) * 100)} %`;
}
