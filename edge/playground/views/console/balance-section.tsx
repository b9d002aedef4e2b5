import type { JSX } from 'preact';
import type { Balance } from '../../../client/api-types.ts';
import { FailureNotice } from '../../parts/failure-notice.tsx';
import { useAnswer } from '../../state/use-answer.ts';

export function BalanceSection(): JSX.Element {
  const { value: balance, failure } = useAnswer((api) => api.balance(), []);
  return (
    <section class="panel" aria-labelledby="balance-title" aria-busy={!balance && !failure}>
      <h2 id="balance-title">Balance</h2>
      {failure && <FailureNotice failure={failure} />}
      {balance && (
        <dl class="figures">
          {figuresOf(balance).map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value.toLocaleString('en')}</dd>
            </div>
          ))}
        </dl>
      )}
      {balance && (
        <p class="hint">
          Units of the account <b>{balance.tenant}</b>,{' '}
          {balance.plan === 'prepaid'
            ? 'paid in advance.'
            : 'billed afterwards: nothing is refused for want of credit.'}
        </p>
      )}
    </section>
  );
}

function figuresOf(balance: Balance): [name: string, units: number][] {
  const { plan, available, credited, spent, reserved, billed } = balance;
  if (plan === 'postpaid') {
    return [
      ['Billed', billed],
      ...(credited > 0 ? [['Spent of credit', spent] as [string, number]] : []),
      ['Reserved now', reserved],
    ];
  }
  return [
    ['Available', available ?? 0],
    ['Spent', spent],
    ['Granted', credited],
    ['Reserved now', reserved],
  ];
}
