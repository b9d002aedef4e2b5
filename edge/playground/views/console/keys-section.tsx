import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { IssuedApiKey, Tenant } from '../../../client/api-types.ts';
import { FailureNotice } from '../../parts/failure-notice.tsx';
import { useSession } from '../../session.ts';
import { firstOf } from '../../state/first-of.ts';
import { useAnswer } from '../../state/use-answer.ts';
import { useChange } from '../../state/use-change.ts';
import { BudgetForm } from './budget-form.tsx';
import { IssuedKeyNotice } from './issued-key-notice.tsx';
import { KeyTable } from './key-table.tsx';
import { NewKeyForm } from './new-key-form.tsx';

const MAX_KEYS = 100;

export interface KeysSectionProps {
  /** Those whose keys an operator manages; none: the caller's own alone. */
  readonly tenants: readonly Tenant[];
}

/** API keys: listed, issued, limited, re-rolled and revoked. */
export function KeysSection({ tenants }: KeysSectionProps): JSX.Element {
  const { api } = useSession();
  const [issued, setIssued] = useState<IssuedApiKey>();
  const [limited, setLimited] = useState<string>();
  const keys = useAnswer(({ admin }) => firstOf(admin.keys.list(), MAX_KEYS), []);
  const changing = useChange(keys.reload);
  const failure = changing.refused ?? keys.failure;
  const key = keys.value?.find(({ id, status }) => id === limited && status === 'active');

  function change(work: () => Promise<unknown>): Promise<boolean> {
    setIssued(undefined);
    return changing.change(work);
  }

  return (
    <section class="panel" aria-labelledby="keys-title" aria-busy={!keys.value && !failure}>
      <h2 id="keys-title">Keys</h2>
      {failure && <FailureNotice failure={failure} />}
      {issued && <IssuedKeyNotice issued={issued} onClose={() => setIssued(undefined)} />}
      {api && keys.value && (
        <>
          <NewKeyForm
            tenants={tenants}
            onCreate={(wish) => change(async () => setIssued(await api.admin.keys.create(wish)))}
          />
          <KeyTable
            keys={keys.value}
            hasTenants={tenants.length > 0}
            limited={limited}
            onLimit={setLimited}
            onReroll={({ id }) =>
              change(async () => setIssued(await api.admin.keys.reroll(id, { overlap_s: 0 })))
            }
            onRevoke={({ id }) => change(() => api.admin.keys.revoke(id))}
          />
          {keys.value.length === MAX_KEYS && (
            <p class="hint">The newest {MAX_KEYS}; npm run keys -- list has all.</p>
          )}
          {key && (
            <section class="inset" aria-labelledby="budgets-title">
              <h3 id="budgets-title">Budgets of “{key.name}”</h3>
              <BudgetForm
                key={key.id}
                of={key.name}
                limits={key.limits}
                onSave={(limits) => change(() => api.admin.keys.change(key.id, { limits }))}
              />
            </section>
          )}
        </>
      )}
    </section>
  );
}
