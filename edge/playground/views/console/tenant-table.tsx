import type { JSX } from 'preact';
import type { Tenant } from '../../../client/api-types.ts';

export interface TenantTableProps {
  readonly tenants: readonly Tenant[];
  /** Id of the one whose settings are shown. */
  readonly managed: string | undefined;
  readonly onManage: (id: string | undefined) => void;
}

export function TenantTable({ tenants, managed, onManage }: TenantTableProps): JSX.Element {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <section class="scroll" tabIndex={0} aria-label="All tenants">
      <table class="table">
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Id</th>
            <th scope="col">Plan</th>
            <th scope="col">Units a month</th>
            <th scope="col">Status</th>
            <th scope="col">
              <span class="unseen">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
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
        </tbody>
      </table>
    </section>
  );
}
