import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { CreditGrant } from '../../../client/api-types.ts';

const MAX_NOTE = 200;

export interface GrantFormProps {
  readonly onGrant: (grant: CreditGrant) => Promise<boolean>;
}

/** Gives prepaid units. */
export function GrantForm({ onGrant }: GrantFormProps): JSX.Element {
  // One for each grant: pressed again after a lost answer, it adds nothing.
  const [id, setId] = useState(() => crypto.randomUUID());
  const [units, setUnits] = useState('');
  const [note, setNote] = useState('');

  async function submit(event: Event): Promise<void> {
    event.preventDefault();
    if (!(await onGrant({ id, units: Number(units), note: note.trim() }))) return;
    setId(crypto.randomUUID());
    setUnits('');
    setNote('');
  }

  return (
    <form class="fields" aria-label="Grant" onSubmit={(event) => void submit(event)}>
      <label class="field">
        <span>Units</span>
        <input
          type="number"
          required
          min={1}
          step={1}
          value={units}
          placeholder="1000"
          onInput={({ currentTarget }) => setUnits(currentTarget.value)}
        />
      </label>
      <label class="field">
        <span>Note</span>
        <input
          maxLength={MAX_NOTE}
          value={note}
          placeholder="invoice 7"
          onInput={({ currentTarget }) => setNote(currentTarget.value)}
        />
      </label>
      <button type="submit" class="button quiet">
        Grant credit
      </button>
    </form>
  );
}
