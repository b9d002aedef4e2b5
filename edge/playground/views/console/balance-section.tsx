import type { JSX } from 'preact';
import { FailureNotice } from '../../parts/failure-notice.tsx';
import { useAnswer } from '../../state/use-answer.ts';
import { BalanceFigures } from './balance-figures.tsx';

export function BalanceSection(): JSX.Element {
  const { value: balance, failure } = useAnswer((api) => api.balance(), []);
  return (
    <section class="panel" aria-labelledby="balance-title" aria-busy={!balance && !failure}>
      <h2 id="balance-title">Balance</h2>
      {failure && <FailureNotice failure={failure} />}
      {balance && <BalanceFigures balance={balance} />}
    </section>
  );
}
