import type { JSX } from 'preact';
import type { Tenant, TenantChange } from '../../../client/api-types.ts';
import type { Api } from '../../api/api.ts';
import { ConfirmButton } from '../../parts/confirm-button.tsx';
import { FailureNotice } from '../../parts/failure-notice.tsx';
import { useAnswer } from '../../state/use-answer.ts';
import { useChange } from '../../state/use-change.ts';
import { BalanceFigures } from './balance-figures.tsx';
import { BudgetForm } from './budget-form.tsx';
import { GrantForm } from './grant-form.tsx';

export interface TenantPanelProps {
  readonly api: Api;
  readonly tenant: Tenant;
  readonly onChanged: () => void;
}

/** One tenant: what it has, what it may spend, and whether its keys work. */
export function TenantPanel({ api, tenant, onChanged }: TenantPanelProps): JSX.Element {
  const { id, name, plan, status, limits, operator } = tenant;
  const { tenants } = api.admin;
  const balance = useAnswer((by) => by.admin.tenants.balance(id), [id]);
  const { refused, change } = useChange(() => {
    onChanged();
    balance.reload();
  });
  const set = (part: TenantChange): Promise<boolean> => change(() => tenants.change(id, part));
  const failure = refused ?? balance.failure;
  const other = plan === 'prepaid' ? 'postpaid' : 'prepaid';
  return (
    <section class="inset" aria-labelledby="tenant-title" aria-busy={!balance.value && !failure}>
      <div class="section-head">
        <h3 id="tenant-title">{name}</h3>
        <div class="actions">
          <ConfirmButton text={`Make it ${other}`} of={id} onConfirm={() => void set({ plan: other })} />
          {status === 'suspended' && (
            <button type="button" class="button small quiet" onClick={() => void set({ status: 'active' })}>
              Let its keys work again
            </button>
          )}
          {status === 'active' && !operator && (
            <ConfirmButton text="Suspend" of={id} onConfirm={() => void set({ status: 'suspended' })} />
          )}
        </div>
      </div>
      {failure && <FailureNotice failure={failure} />}
      {balance.value && <BalanceFigures balance={balance.value} />}
      <GrantForm onGrant={(grant) => change(() => tenants.credit(id, grant))} />
      <BudgetForm of={id} limits={limits} onSave={(changed) => set({ limits: changed })} />
    </section>
  );
}
