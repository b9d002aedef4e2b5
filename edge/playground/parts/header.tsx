import type { JSX } from 'preact';
import type { Spending } from '../api/api.ts';
import { useSession } from '../session.ts';
import { formatPlace, type Place, parsePlace, VIEWS, type ViewName } from '../state/place.ts';
import { ThemeSwitch } from './theme-switch.tsx';

const NAMES: Record<ViewName, string> = {
  paint: 'Paint',
  morph: 'Morph',
  mix: 'Mix',
  grid: 'Grid',
  console: 'Console',
};

export interface HeaderProps {
  readonly place: Place;
  /** By this page, since it was opened. */
  readonly spent: Spending;
  readonly hasKey: boolean;
}

/** The name, the views, what was spent, and the key. */
export function Header({ place, spent, hasKey }: HeaderProps): JSX.Element {
  const { askForKey, goTo } = useSession();
  const { units, remaining } = spent;
  // A view takes along what stands in the address bar by now, which its own link does not know.
  const follow = (view: ViewName) => (event: MouseEvent) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    goTo({ view, params: view === 'console' ? new URLSearchParams() : parsePlace(location.hash).params });
  };
  return (
    <header class="header">
      <a class="wordmark" href="#/paint">
        <img src="/favicon.svg" alt="" width={26} height={26} />
        galip
      </a>
      <nav class="views" aria-label="Views">
        {VIEWS.map((view) => (
          <a
            key={view}
            href={formatPlace({ view, params: new URLSearchParams() })}
            aria-current={view === place.view ? 'page' : undefined}
            onClick={follow(view)}
          >
            {NAMES[view]}
          </a>
        ))}
      </nav>
      <div class="header-end">
        {hasKey && (
          <p class="spent" title="Charged to your key since this page was opened">
            <b>{units}</b> {units === 1 ? 'unit' : 'units'} spent
            {remaining !== undefined && <span class="spent-left"> · {remaining} left</span>}
          </p>
        )}
        <ThemeSwitch />
        <button type="button" class={hasKey ? 'button quiet' : 'button'} onClick={askForKey}>
          {hasKey ? 'Key' : 'Add your key'}
        </button>
      </div>
    </header>
  );
}
