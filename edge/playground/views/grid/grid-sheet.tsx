import type { JSX } from 'preact';
import { fileOf } from '../../api/paint.ts';
import { priceOf } from '../../parts/cache-badge.tsx';
import { rowsOf, seedsOf } from '../../state/grid-plan.ts';
import { formatPlace } from '../../state/place.ts';
import { recipeParams } from '../../state/recipe-params.ts';
import type { Sheet } from '../../state/use-grid.ts';

/** The sheet as a table; each picture leads to its settings. */
export function GridSheet({ sheet }: { sheet: Sheet }): JSX.Element {
  const seeds = seedsOf(sheet.plan);
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
          {rowsOf(sheet.plan).map(({ label, recipe }, row) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              {seeds.map((seed, column) => {
                const image = sheet.rows[row]?.[column];
                if (!image) return <td key={seed} class="sheet-empty" />;
                const params = recipeParams({ ...recipe, seed });
                params.set('picture', fileOf(image.url));
                return (
                  <td key={seed}>
                    <a
                      href={formatPlace({ view: 'paint', params })}
                      title={`${priceOf(image.units)}: open it`}
                    >
                      <img src={image.url} alt={`${recipe.prompt}, ${label}, seed ${seed}`} />
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
