import type { JSX } from 'preact';
import type { Tenant } from '../../../client/api-types.ts';
import { ActionTable } from './action-table.tsx';

const COLUMNS = ['Name', 'Id', 'Plan', 'Units a month', 'Status'];

export interface TenantTableProps {
  readonly tenants: readonly Tenant[];
  /** Id of the one whose settings are shown. */
  readonly managed: string | undefined;
  readonly onManage: (id: string | undefined) => void;
}

export function TenantTable({ tenants, managed, onManage }: TenantTableProps): JSX.Element {
  return (
    <ActionTable label="All tenants" columns={COLUMNS}>
      {tenants.map(({ id, name, plan, limits, status, operator }) => (
        <tr key={id}>
          <th scope="row">{name}</th>
          <td>
            <code>{id}</code>
          </td>
          <td>{plan}</td>
          <td>{limits.month_units ?? 'no limit'}</td>
          <td>
            <span class="badge" data-status={status}>
              {operator ? 'operator' : status}
            </span>
          </td>
          <td class="row-actions">
            <button
              type="button"
              class="button small quiet"
              aria-expanded={id === managed}
              onClick={() => onManage(id === managed ? undefined : id)}
            >
              {id === managed ? 'Close' : 'Manage'}
              <span class="unseen"> {id}</span>
            </button>
          </td>
        </tr>
      ))}
    </ActionTable>
  );
}
