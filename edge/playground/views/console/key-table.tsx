import type { JSX } from 'preact';
import type { ApiKey } from '../../../client/api-types.ts';
import { ConfirmButton } from '../../parts/confirm-button.tsx';
import { useSession } from '../../session.ts';
import { dayOf } from '../../state/days.ts';
import { ActionTable } from './action-table.tsx';

export interface KeyTableProps {
  readonly keys: readonly ApiKey[];
  /** Whether they are of several tenants. */
  readonly hasTenants: boolean;
  /** Id of the one whose budgets are shown. */
  readonly limited: string | undefined;
  readonly onLimit: (id: string | undefined) => void;
  readonly onReroll: (key: ApiKey) => Promise<boolean>;
  readonly onRevoke: (key: ApiKey) => Promise<boolean>;
}

export function KeyTable(props: KeyTableProps): JSX.Element {
  const { keys, hasTenants, limited, onLimit, onReroll, onRevoke } = props;
  const { isOwnKey } = useSession();
  const ofTenants = hasTenants ? ['Tenant'] : [];
  const columns = ['Name', ...ofTenants, 'Key', 'Scopes', 'Units a month', 'Last used', 'Status'];
  return (
    <ActionTable label="API keys" columns={columns}>
      {keys.map((key) => (
        <tr key={key.id} data-status={key.status}>
          <th scope="row">{key.name}</th>
          {hasTenants && <td>{key.tenant}</td>}
          <td>
            <code>{key.prefix}…</code>
          </td>
          <td>{key.scopes.join(', ')}</td>
          <td>{key.limits.month_units ?? 'no limit'}</td>
          <td>{key.last_used_at === null ? 'never' : dayOf(key.last_used_at * 1000)}</td>
          <td>
            <span class="badge" data-status={key.status}>
              {key.status}
            </span>
          </td>
          <td class="row-actions">
            {key.status === 'active' && (
              <span>
                <button
                  type="button"
                  class="button small quiet"
                  aria-expanded={key.id === limited}
                  onClick={() => onLimit(key.id === limited ? undefined : key.id)}
                >
                  Budgets
                  <span class="unseen"> of {key.name}</span>
                </button>
                {isOwnKey(key.prefix) ? (
                  'in use here'
                ) : (
                  <>
                    <ConfirmButton text="Re-roll" of={key.name} onConfirm={() => void onReroll(key)} />
                    <ConfirmButton text="Revoke" of={key.name} onConfirm={() => void onRevoke(key)} />
                  </>
                )}
              </span>
            )}
          </td>
        </tr>
      ))}
    </ActionTable>
  );
}
