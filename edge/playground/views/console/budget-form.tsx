import type { JSX } from 'preact';
import { useState } from 'preact/hooks';

/** As the API names them, in the order in which they are shown. */
const NAMES = {
  rate_per_minute: 'Requests a minute',
  day_units: 'Units a day',
  month_units: 'Units a month',
  total_units: 'Units in all',
};

type LimitName = keyof typeof NAMES;
/** Null: no limit. */
type Limits = Readonly<Partial<Record<LimitName, number | null>>>;

const LIMIT_NAMES = Object.keys(NAMES) as LimitName[];

export interface BudgetFormProps {
  /** Whose: for who hears it. */
  readonly of: string;
  readonly limits: Limits;
  readonly onSave: (limits: Limits) => Promise<boolean>;
}

/** What may be spent; an empty field is no limit. */
export function BudgetForm({ of, limits, onSave }: BudgetFormProps): JSX.Element {
  const names = LIMIT_NAMES.filter((name) => name in limits);
  const [texts, setTexts] = useState(() => names.map((name) => String(limits[name] ?? '')));
  const [isSaved, setSaved] = useState(false);

  async function submit(event: Event): Promise<void> {
    event.preventDefault();
    setSaved(false);
    const values = texts.map((text) => (text === '' ? null : Number(text)));
    setSaved(await onSave(Object.fromEntries(names.map((name, at) => [name, values[at]]))));
  }

  return (
    <form class="fields" aria-label={`Budgets of ${of}`} onSubmit={(event) => void submit(event)}>
      {names.map((name, at) => (
        <label key={name} class="field">
          <span>{NAMES[name]}</span>
          <input
            type="number"
            min={name === 'rate_per_minute' ? 1 : 0}
            step={1}
            value={texts[at]}
            placeholder="no limit"
            onInput={({ currentTarget: { value } }) => {
              setSaved(false);
              setTexts((before) => before.with(at, value));
            }}
          />
        </label>
      ))}
      <button type="submit" class="button quiet">
        Save budgets
      </button>
      <p class="hint" role="status">
        {isSaved && 'Saved: it holds everywhere within a minute.'}
      </p>
    </form>
  );
}
