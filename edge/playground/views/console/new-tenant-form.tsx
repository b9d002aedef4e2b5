import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { NewTenant } from '../../../client/api-types.ts';
import { Segments } from '../../parts/segments.tsx';
import { NameField } from './name-field.tsx';

const PLANS = ['prepaid', 'postpaid'] as const;

export interface NewTenantFormProps {
  readonly onCreate: (tenant: NewTenant) => Promise<boolean>;
}

export function NewTenantForm({ onCreate }: NewTenantFormProps): JSX.Element {
  const [id, setId] = useState('');
  const [name, setName] = useState('');
  const [plan, setPlan] = useState<(typeof PLANS)[number]>('prepaid');

  async function submit(event: Event): Promise<void> {
    event.preventDefault();
    if (!(await onCreate({ id, name: name.trim(), plan }))) return;
    setId('');
    setName('');
  }

  return (
    <form class="fields" onSubmit={(event) => void submit(event)}>
      <label class="field">
        <span>Id, for ever</span>
        <input
          required
          pattern="[a-z0-9][a-z0-9_\-]{0,62}"
          title="a-z, 0-9, - and _, beginning with a letter or digit"
          value={id}
          placeholder="acme"
          autocapitalize="off"
          spellcheck={false}
          onInput={({ currentTarget }) => setId(currentTarget.value)}
        />
      </label>
      <NameField value={name} placeholder="Acme Ltd." onInput={setName} />
      <Segments
        label="Pays"
        options={PLANS.map((value) => ({ value, text: value === 'prepaid' ? 'in advance' : 'afterwards' }))}
        value={plan}
        onChange={setPlan}
      />
      <button type="submit" class="button">
        Create a tenant
      </button>
    </form>
  );
}
