import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { FailureNotice } from '../parts/failure-notice.tsx';
import { PromptBox } from '../parts/prompt-box.tsx';
import { useSession } from '../session.ts';
import { type GridPlan, gridParams, parseGridPlan } from '../state/grid-plan.ts';
import { useGrid } from '../state/use-grid.ts';
import { GridControls } from './grid/grid-controls.tsx';
import { GridPrice } from './grid/grid-price.tsx';
import { GridSheet } from './grid/grid-sheet.tsx';
import type { ViewProps } from './view-props.ts';

/** Many pictures side by side: seeds across, something else down. */
export function GridView({ params, keyFailure }: ViewProps): JSX.Element {
  const { showPlace } = useSession();
  const [plan, setPlan] = useState(() => parseGridPlan(params));
  const grid = useGrid(plan);
  const change = (part: Partial<GridPlan>): void => setPlan((before) => ({ ...before, ...part }));
  useEffect(() => showPlace({ view: 'grid', params: gridParams(plan) }), [plan]);
  const problem = keyFailure ?? grid.failure;
  return (
    <div class="grid-view">
      <h1 class="unseen">Paint a grid</h1>
      {plan.rows === 'prompts' ? (
        <label class="prompt">
          <span class="prompt-label">Prompts, one a line</span>
          <textarea
            rows={4}
            value={plan.prompts}
            placeholder={'a red apple\na green apple\na strawberry'}
            spellcheck={false}
            onInput={({ currentTarget }) => change({ prompts: currentTarget.value })}
          />
        </label>
      ) : (
        <PromptBox
          label="What do you want to compare?"
          value={plan.recipe.prompt}
          placeholder="a red apple"
          isMain
          onChange={(prompt) => change({ recipe: { ...plan.recipe, prompt } })}
          onSubmit={grid.paintSheet}
        />
      )}
      <GridControls plan={plan} onChange={change} />
      <GridPrice plan={plan} grid={grid} />
      {problem && <FailureNotice failure={problem} onRetry={keyFailure ? undefined : grid.paintSheet} />}
      {grid.sheet && <GridSheet sheet={grid.sheet} />}
    </div>
  );
}
