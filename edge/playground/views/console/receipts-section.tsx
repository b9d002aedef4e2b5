import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { type ApiFailure, failureOf } from '../../api/api-failure.ts';
import { FailureNotice } from '../../parts/failure-notice.tsx';
import { useSession } from '../../session.ts';
import { dayOf } from '../../state/days.ts';
import { saveFile } from '../../state/save-file.ts';

interface Receipts {
  readonly day: string;
  readonly text: string;
  readonly count: number;
}

/** The signed receipts of a day, as a file for `npm run audit`. */
export function ReceiptsSection(): JSX.Element {
  const { api } = useSession();
  const [day, setDay] = useState(() => dayOf(Date.now()));
  const [receipts, setReceipts] = useState<Receipts>();
  const [failure, setFailure] = useState<ApiFailure>();

  async function load(event: Event): Promise<void> {
    event.preventDefault();
    setFailure(undefined);
    setReceipts(undefined);
    try {
      const text = (await api?.text(`/v1/receipts?day=${day}`)) ?? '';
      setReceipts({ day, text, count: text.split('\n').filter((line) => line !== '').length });
    } catch (error) {
      setFailure(failureOf(error));
    }
  }

  return (
    <section class="panel" aria-labelledby="receipts-title">
      <h2 id="receipts-title">Receipts</h2>
      <p class="hint">Each charge, signed by this server: npm run audit checks them against the bill.</p>
      <form class="receipts" onSubmit={(event) => void load(event)}>
        <label class="field">
          <span>Day</span>
          <input
            type="date"
            required
            value={day}
            onInput={({ currentTarget }) => setDay(currentTarget.value)}
          />
        </label>
        <button type="submit" class="button quiet">
          Look them up
        </button>
      </form>
      {failure && <FailureNotice failure={failure} />}
      {receipts && (
        <p role="status">
          {receipts.count === 0 ? `Nothing was charged on ${receipts.day}. ` : `${receipts.count} receipts. `}
          {receipts.count > 0 && (
            <button
              type="button"
              class="button small"
              onClick={() => saveFile(`receipts-${receipts.day}.jsonl`, new Blob([receipts.text]))}
            >
              Download
            </button>
          )}
        </p>
      )}
    </section>
  );
}
