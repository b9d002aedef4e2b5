import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { FailureNotice } from '../../parts/failure-notice.tsx';
import { Segments } from '../../parts/segments.tsx';
import { lastDays } from '../../state/days.ts';
import { useAnswer } from '../../state/use-answer.ts';
import { DayChart } from './day-chart.tsx';
import { OutcomeChart } from './outcome-chart.tsx';

const SPANS = [7, 30, 90] as const;

/** Pictures and units by day and by outcome. */
export function UsageSection(): JSX.Element {
  const [span, setSpan] = useState<(typeof SPANS)[number]>(30);
  const days = lastDays(span, Date.now());
  const range = { from: days[0] ?? '', to: days.at(-1) ?? '' };
  const byDay = useAnswer((api) => api.usage({ ...range, group_by: 'day' }), [range.from, range.to]);
  const byOutcome = useAnswer((api) => api.usage({ ...range, group_by: 'outcome' }), [range.from, range.to]);
  const failure = byDay.failure ?? byOutcome.failure;
  return (
    <section class="panel" aria-labelledby="usage-title" aria-busy={!byDay.value && !failure}>
      <div class="section-head">
        <h2 id="usage-title">Usage</h2>
        <Segments
          label="Days"
          options={SPANS.map((value) => ({ value, text: `${value} days` }))}
          value={span}
          onChange={setSpan}
        />
      </div>
      {failure && <FailureNotice failure={failure} onRetry={byDay.reload} />}
      {byDay.value && byOutcome.value && (
        <div class="charts">
          <DayChart days={days} usage={byDay.value} />
          <OutcomeChart usage={byOutcome.value} />
        </div>
      )}
    </section>
  );
}
