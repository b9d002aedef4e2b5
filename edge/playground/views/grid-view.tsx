import type { JSX } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { CompositionBar } from '../parts/composition-bar.tsx';
import { FailureNotice } from '../parts/failure-notice.tsx';
import { PromptBox } from '../parts/prompt-box.tsx';
import { useSession } from '../session.ts';
import { type GridPlan, gridParams, orderOfGrid, parseGridPlan, rowsOf } from '../state/grid-plan.ts';
import { useComposition } from '../state/use-composition.ts';
import { GridControls } from './grid/grid-controls.tsx';
import { GridSheet } from './grid/grid-sheet.tsx';
import type { ViewProps } from './view-props.ts';

/** Many pictures side by side: seeds across, something else down. */
export function GridView({ params, keyFailure }: ViewProps): JSX.Element {
  const { showPlace } = useSession();
  const [plan, setPlan] = useState(() => parseGridPlan(params));
  const sheet = useMemo(() => {
    const order = orderOfGrid(plan);
    return order && { order, of: plan };
  }, [plan]);
  const composing = useComposition('grid', sheet);
  const change = (part: Partial<GridPlan>): void => setPlan((before) => ({ ...before, ...part }));
  useEffect(() => showPlace({ view: 'grid', params: gridParams(plan) }), [plan]);
  const problem = keyFailure ?? composing.failure;
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
          onSubmit={composing.make}
        />
      )}
      <GridControls plan={plan} onChange={change} />
      <CompositionBar
        composing={composing}
        action={sheet ? `Paint ${rowsOf(plan).length * plan.columns} pictures` : 'Paint the sheet'}
        invitation="Say what to compare, and see its price."
      />
      {problem && <FailureNotice failure={problem} onRetry={keyFailure ? undefined : composing.make} />}
      {composing.made?.file && (
        <div class="actions">
          <a class="button quiet" href={composing.made.file.url} download>
            Download the sheet
          </a>
        </div>
      )}
      {composing.sheet && <GridSheet plan={composing.sheet.of} composing={composing} />}
    </div>
  );
}
