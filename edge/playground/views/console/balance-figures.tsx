import type { JSX } from 'preact';
import type { Balance } from '../../../client/api-types.ts';

/** What an account has and owes, units. */
export function BalanceFigures({ balance }: { balance: Balance }): JSX.Element {
  return (
    <>
      <dl class="figures">
        {figuresOf(balance).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value.toLocaleString('en')}</dd>
          </div>
        ))}
      </dl>
      <p class="hint">
        Units of the account <b>{balance.tenant}</b>,{' '}
        {balance.plan === 'prepaid'
          ? 'paid in advance.'
          : 'billed afterwards: nothing is refused for want of credit.'}
      </p>
    </>
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
