import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { ApiKey, NewApiKey } from '../../../client/api-types.ts';

type Scope = ApiKey['scopes'][number];

const SCOPES: readonly { readonly scope: Scope; readonly text: string }[] = [
  { scope: 'generate', text: 'make pictures' },
  { scope: 'read', text: 'see usage' },
  { scope: 'admin', text: 'manage keys' },
];

const MAX_NAME = 100;

export interface NewKeyFormProps {
  readonly onCreate: (key: NewApiKey) => Promise<void>;
}

export function NewKeyForm({ onCreate }: NewKeyFormProps): JSX.Element {
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<Scope[]>(['generate', 'read']);
  const [month, setMonth] = useState('');

  async function submit(event: Event): Promise<void> {
    event.preventDefault();
    const limits = month === '' ? {} : { limits: { month_units: Number(month) } };
    await onCreate({ name: name.trim(), scopes, ...limits });
    setName('');
  }

  return (
    <form class="new-key" onSubmit={(event) => void submit(event)}>
      <label class="field">
        <span>Name</span>
        <input
          required
          maxLength={MAX_NAME}
          value={name}
          placeholder="production server"
          onInput={({ currentTarget }) => setName(currentTarget.value)}
        />
      </label>
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
