import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Tenant } from '../../../client/api-types.ts';
import { FailureNotice } from '../../parts/failure-notice.tsx';
import { useSession } from '../../session.ts';
import { useChange } from '../../state/use-change.ts';
import { NewTenantForm } from './new-tenant-form.tsx';
import { TenantPanel } from './tenant-panel.tsx';
import { TenantTable } from './tenant-table.tsx';

export const MAX_TENANTS = 100;

export interface TenantsSectionProps {
  /** Newest first. */
  readonly tenants: readonly Tenant[];
  readonly onChanged: () => void;
}

/** An operator's tenants: made, paid in, limited, suspended. */
export function TenantsSection({ tenants, onChanged }: TenantsSectionProps): JSX.Element | null {
  const { api } = useSession();
  const [managed, setManaged] = useState<string>();
  const { refused, change } = useChange(onChanged);
  if (!api) return null;
  const tenant = tenants.find(({ id }) => id === managed);
  return (
    <section class="panel" aria-labelledby="tenants-title">
      <h2 id="tenants-title">Tenants</h2>
      {refused && <FailureNotice failure={refused} />}
      <NewTenantForm onCreate={(made) => change(() => api.admin.tenants.create(made))} />
      <TenantTable tenants={tenants} managed={managed} onManage={setManaged} />
      {tenants.length === MAX_TENANTS && (
        <p class="hint">The newest {MAX_TENANTS}; npm run keys -- tenant list has all.</p>
      )}
      {tenant && <TenantPanel key={tenant.id} api={api} tenant={tenant} onChanged={onChanged} />}
    </section>
  );
}
