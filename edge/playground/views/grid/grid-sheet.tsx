import type { JSX } from 'preact';
import { fileOf } from '../../api/paint.ts';
import { Thumbnail } from '../../parts/thumbnail.tsx';
import { type GridPlan, rowsOf, seedsOf } from '../../state/grid-plan.ts';
import { formatPlace } from '../../state/place.ts';
import { recipeParams } from '../../state/recipe-params.ts';
import { addPicture } from '../../state/shared-picture.ts';
import type { Composing } from '../../state/use-composition.ts';

export interface GridSheetProps {
  /** What was painted, which may be older than what the controls say. */
  readonly plan: GridPlan;
  readonly composing: Composing;
}

/** The sheet as a table; each picture leads to its settings. */
export function GridSheet({ plan, composing }: GridSheetProps): JSX.Element {
  const seeds = seedsOf(plan);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <section class="sheet" tabIndex={0} aria-label="The sheet">
      <table>
        <thead>
          <tr>
            <td />
            {seeds.map((seed) => (
              <th key={seed} scope="col">
                seed {seed}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rowsOf(plan).map(({ label, recipe }, row) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              {seeds.map((seed, column) => {
                const image = composing.pictures.get(row * seeds.length + column);
                if (!image) return <td key={seed} class="sheet-empty" />;
                const params = recipeParams({ ...recipe, seed });
                addPicture(params, { file: fileOf(image.url), thumbhash: image.thumbhash });
                return (
                  <td key={seed}>
                    <a href={formatPlace({ view: 'paint', params })} title="Open it">
                      <Thumbnail
                        url={image.url}
                        alt={`${recipe.prompt}, ${label}, seed ${seed}`}
                        px={128}
                        thumbhash={image.thumbhash}
                      />
                    </a>
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
