import type { JSX } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { LiveSwitch } from '../parts/live-switch.tsx';
import { PaintedPicture } from '../parts/painted-picture.tsx';
import { PaintingLayout } from '../parts/painting-layout.tsx';
import { PictureActions } from '../parts/picture-actions.tsx';
import { SeedField } from '../parts/seed-field.tsx';
import { Slider } from '../parts/slider.tsx';
import { TruncationSlider } from '../parts/truncation-slider.tsx';
import { TwoPrompts } from '../parts/two-prompts.tsx';
import { useSession } from '../session.ts';
import { orderOfFilm } from '../state/film-order.ts';
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
import { FilmSettings } from './morph/film-settings.tsx';
import type { ViewProps } from './view-props.ts';

const EXAMPLES = [
  ['sunflower', 'pizza'],
  ['a red apple', 'blue heart'],
  ['cat face', 'penguin'],
] as const;

/** From one prompt to another, as far as the slider says, or as a film. */
export function MorphView({ params, keyFailure }: ViewProps): JSX.Element {
  const { model } = useSession();
  const [plan, setPlan] = useState(() => parseMorphPlan(params));
  const [isLive, setLive] = useState(true);
  const wanted = useMemo(() => model && wantedOfMorph(plan, model.native), [plan, model]);
  const { recipe, to, toSeed, step, film } = plan;
  const sheet = useMemo(() => {
    const order = orderOfFilm({ recipe, to, toSeed, film });
    return order && { order, of: undefined };
  }, [recipe, to, toSeed, film]);
  const composing = useComposition('morph', sheet);
  const player = usePlayer(film);
  const hasFilm = composing.made !== undefined && composing.sheet === sheet;
  const frame = hasFilm ? composing.pictures.get(player.frame) : undefined;
  const painting = usePainting(wanted, hasFilm ? 'resting' : isLive ? 'live' : 'priced');
  useEffect(() => {
    player.show(0);
    if (hasFilm) player.play();
  }, [hasFilm]);
  const settings = useMemo(() => morphParams(plan), [plan]);
  const shared = usePlaceOfPicture({ view: 'morph', given: params, settings, wanted, painting });
  const change = (part: Partial<MorphPlan>): void => setPlan({ ...plan, ...part });
  const changeRecipe = (part: Partial<Recipe>): void => change({ recipe: { ...recipe, ...part } });
  const title = `${recipe.prompt} → ${to}`;
  return (
    <PaintingLayout
      heading="Morph from one prompt to another"
      prompts={
        <TwoPrompts
          first={{ label: 'From', placeholder: 'a red apple', value: recipe.prompt }}
          second={{ label: 'To', placeholder: 'a yellow banana', value: to }}
          sign="→"
          examples={EXAMPLES}
          onChange={(prompt, end) => change({ recipe: { ...recipe, prompt }, to: end })}
          onSubmit={painting.paintNow}
        />
      }
      picture={
        <PaintedPicture
          painting={painting}
          title={title}
          shared={shared}
          invitation="Say where it begins and where it ends."
          frame={
            frame && {
              url: frame.url,
              thumbhash: frame.thumbhash,
              text: `frame ${player.frame + 1} of ${film.frames}`,
            }
          }
          failure={keyFailure ?? composing.failure ?? painting.failure}
          onRetry={keyFailure ? undefined : composing.failure ? composing.make : painting.paintNow}
        />
      }
    >
      <section class="controls" aria-label="Controls">
        {hasFilm ? (
          <Slider
            label="Frame"
            hint="Each is a picture of its own."
            value={player.frame}
            min={0}
            max={film.frames - 1}
            step={1}
            format={(value) => `${value + 1}`}
            onChange={player.show}
          />
        ) : (
          <Slider
            label="How far"
            hint="Between the ends both prompts count, by so much."
            value={step}
            min={0}
            max={MORPH_STEPS}
            step={1}
            format={(value) => `${Math.round((value / MORPH_STEPS) * 100)} %`}
            onChange={(next) => change({ step: next })}
          />
        )}
        <FilmBar composing={composing} isReady={hasFilm} player={player} title={title} />
        <FilmSettings film={film} onChange={(next) => change({ film: next })} />
        <LiveSwitch isLive={isLive} onChange={setLive} />
        <SeedField label="Seed" value={recipe.seed} onChange={(seed) => changeRecipe({ seed })} />
        <SeedField
          label="Seed of the end"
          value={toSeed ?? recipe.seed}
          onChange={(seed) => change({ toSeed: seed })}
        />
        <TruncationSlider value={recipe.truncation} onChange={(truncation) => changeRecipe({ truncation })} />
      </section>
      {!hasFilm && <PictureActions painting={painting} isLive={isLive} />}
    </PaintingLayout>
  );
}
