import type { JSX } from 'preact';
import { priceOf } from '../../parts/cache-badge.tsx';
import { useSession } from '../../session.ts';
import { type GridPlan, rowsOf } from '../../state/grid-plan.ts';
import type { Grid } from '../../state/use-grid.ts';

/** What the sheet costs, the button that paints it, and how far that is. */
export function GridPrice({ plan, grid }: { plan: GridPlan; grid: Grid }): JSX.Element {
  const { api, askForKey } = useSession();
  const { price, sheet, isBusy, paintSheet, stop } = grid;
  const total = rowsOf(plan).length * plan.columns;
  const known = price?.data.filter(({ cache }) => cache === 'hit').length ?? 0;
  const done = sheet?.rows.flat().length ?? 0;
  if (!api) {
    return (
      <div class="price">
        <button type="button" class="button" onClick={askForKey}>
          Add your key
        </button>
        <p>With a key, a sheet is priced before it is painted.</p>
      </div>
    );
  }
  if (isBusy && sheet) {
    const all = rowsOf(sheet.plan).length * sheet.plan.columns;
    return (
      <div class="price" role="status">
        <button type="button" class="button quiet" onClick={stop}>
          Stop
        </button>
        <progress max={all} value={done} aria-label="Painted pictures" />
        <p>
          {done} of {all} pictures
        </p>
      </div>
    );
  }
  return (
    <div class="price">
      <button type="button" class="button" disabled={!price} onClick={paintSheet}>
        {price ? `Paint ${total} pictures · ${priceOf(price.units)}` : 'Paint the sheet'}
      </button>
      <p>
        {price ? `${total - known} new, ${known} exist already` : 'Say what to compare, and see its price.'}
      </p>
    </div>
  );
}
