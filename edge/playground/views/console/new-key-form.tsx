import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { ApiKey, NewApiKey, Tenant } from '../../../client/api-types.ts';
import { NameField } from './name-field.tsx';

type Scope = ApiKey['scopes'][number];

const SCOPES: readonly { readonly scope: Scope; readonly text: string }[] = [
  { scope: 'generate', text: 'make pictures' },
  { scope: 'read', text: 'see usage' },
  { scope: 'admin', text: 'manage keys' },
];

export interface NewKeyFormProps {
  /** Whose keys an operator may make; none: the caller's own alone. */
  readonly tenants: readonly Tenant[];
  readonly onCreate: (key: NewApiKey) => Promise<boolean>;
}

export function NewKeyForm({ tenants, onCreate }: NewKeyFormProps): JSX.Element {
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<Scope[]>(['generate', 'read']);
  const [month, setMonth] = useState('');
  const [tenant, setTenant] = useState('');

  async function submit(event: Event): Promise<void> {
    event.preventDefault();
    const limits = month === '' ? {} : { limits: { month_units: Number(month) } };
    const owner = tenant === '' ? {} : { tenant };
    if (await onCreate({ name: name.trim(), scopes, ...limits, ...owner })) setName('');
  }

  return (
    <form class="fields" onSubmit={(event) => void submit(event)}>
      <NameField value={name} placeholder="production server" onInput={setName} />
      <label class="field">
        <span>Units a month</span>
        <input
          type="number"
          min={0}
          step={1}
          value={month}
          placeholder="no limit"
          onInput={({ currentTarget }) => setMonth(currentTarget.value)}
        />
      </label>
      {tenants.length > 0 && (
        <label class="field">
          <span>Tenant</span>
          <select value={tenant} onInput={({ currentTarget }) => setTenant(currentTarget.value)}>
            <option value="">your own</option>
            {tenants.map(({ id }) => (
              <option key={id} value={id}>
                {id}
              </option>
            ))}
          </select>
        </label>
      )}
      <fieldset class="choices">
        <legend>May</legend>
        {SCOPES.map(({ scope, text }) => (
          <label key={scope}>
            <input
              type="checkbox"
              checked={scopes.includes(scope)}
              onChange={({ currentTarget: { checked } }) =>
                setScopes((before) =>
                  checked ? [...before, scope] : before.filter((other) => other !== scope),
                )
              }
            />
            {text}
          </label>
        ))}
      </fieldset>
      <button type="submit" class="button" disabled={scopes.length === 0}>
        Create a key
      </button>
    </form>
  );
}
