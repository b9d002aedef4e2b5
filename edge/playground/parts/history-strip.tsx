import type { JSX } from 'preact';
import { useSession } from '../session.ts';
import { Thumbnail } from './thumbnail.tsx';

/** What was painted, the newest first; each is a link to its settings. */
export function HistoryStrip(): JSX.Element | null {
  const { painted, clearPainted } = useSession();
  if (painted.length === 0) return null;
  return (
    <section class="history" aria-labelledby="history-title">
      <div class="section-head">
        <h2 id="history-title">History</h2>
        <button type="button" class="button quiet" onClick={clearPainted}>
          Clear
        </button>
      </div>
      <ul>
        {painted.map(({ place, title, file, thumbhash }) => (
          <li key={file}>
            <a href={place} title={title}>
              <Thumbnail url={`/i/${file}`} alt={title} px={72} thumbhash={thumbhash} />
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}
