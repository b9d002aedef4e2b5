import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { ApiKey } from '../../../client/api-types.ts';
import { useSession } from '../../session.ts';
import { dayOf } from '../../state/days.ts';

export interface KeyTableProps {
  readonly keys: readonly ApiKey[];
  readonly onReroll: (key: ApiKey) => Promise<void>;
  readonly onRevoke: (key: ApiKey) => Promise<void>;
}

/** What is about to be done to a key: the second press does it. */
interface Intent {
  readonly id: string;
  readonly action: 'reroll' | 'revoke';
}

export function KeyTable({ keys, onReroll, onRevoke }: KeyTableProps): JSX.Element {
  const { isOwnKey } = useSession();
  const [intent, setIntent] = useState<Intent>();

  function button(
    key: ApiKey,
    action: Intent['action'],
    text: string,
    act: KeyTableProps['onReroll'],
  ): JSX.Element {
    const isMeant = intent?.id === key.id && intent.action === action;
    return (
      <button
        type="button"
        class={isMeant ? 'button small danger' : 'button small quiet'}
        onBlur={() => setIntent(undefined)}
        onClick={() => {
          setIntent(isMeant ? undefined : { id: key.id, action });
          if (isMeant) void act(key);
        }}
      >
        {isMeant ? `Really ${text.toLowerCase()}?` : text}
        <span class="unseen"> {key.name}</span>
      </button>
    );
  }

  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <section class="scroll" tabIndex={0} aria-label="API keys">
      <table class="table">
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Key</th>
            <th scope="col">Scopes</th>
            <th scope="col">Units a month</th>
            <th scope="col">Last used</th>
            <th scope="col">Status</th>
            <th scope="col">
              <span class="unseen">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {keys.map((key) => (
            <tr key={key.id} data-status={key.status}>
              <th scope="row">{key.name}</th>
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
                {isOwnKey(key.prefix) && 'in use here'}
                {key.status === 'active' && !isOwnKey(key.prefix) && (
                  <span>
                    {button(key, 'reroll', 'Re-roll', onReroll)}
                    {button(key, 'revoke', 'Revoke', onRevoke)}
                  </span>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
