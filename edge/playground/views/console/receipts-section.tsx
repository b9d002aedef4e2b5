import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { GalipError } from '../../../client/errors.ts';
import { FailureNotice } from '../../parts/failure-notice.tsx';
import { useSession } from '../../session.ts';
import { dayOf } from '../../state/days.ts';
import { failureOf } from '../../state/failure-words.ts';
import { saveFile } from '../../state/save-file.ts';

interface Receipts {
  readonly day: string;
  readonly lines: readonly string[];
}

/** The signed receipts of a day, as a file for `npm run audit`. */
export function ReceiptsSection(): JSX.Element {
  const { api } = useSession();
  const [day, setDay] = useState(() => dayOf(Date.now()));
  const [receipts, setReceipts] = useState<Receipts>();
  const [failure, setFailure] = useState<GalipError>();

  async function load(event: Event): Promise<void> {
    event.preventDefault();
    setFailure(undefined);
    setReceipts(undefined);
    try {
      const lines: string[] = [];
      for await (const receipt of api?.receipts(day) ?? []) lines.push(`${JSON.stringify(receipt)}\n`);
      setReceipts({ day, lines });
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
          {receipts.lines.length === 0
            ? `Nothing was charged on ${receipts.day}. `
            : `${receipts.lines.length} receipts. `}
          {receipts.lines.length > 0 && (
            <button
              type="button"
              class="button small"
              onClick={() => saveFile(`receipts-${receipts.day}.jsonl`, new Blob([...receipts.lines]))}
            >
              Download
            </button>
          )}
        </p>
      )}
    </section>
  );
}
