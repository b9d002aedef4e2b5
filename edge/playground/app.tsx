import type { JSX } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { Model } from '../client/api-types.ts';
import type { GalipError } from '../client/errors.ts';
import { createApi, type Spending } from './api/api.ts';
import { Footer } from './parts/footer.tsx';
import { Header } from './parts/header.tsx';
import { KeyDialog } from './parts/key-dialog.tsx';
import { type Session, SessionProvider } from './session.ts';
import { failureOf } from './state/failure-words.ts';
import type { HandedKey } from './state/handed-key.ts';
import { type Painted, withPainted } from './state/history-list.ts';
import { historyStore } from './state/history-store.ts';
import { type KeptKey, keyStore } from './state/key-store.ts';
import { usePlace } from './state/use-place.ts';
import { ConsoleView } from './views/console-view.tsx';
import { GridView } from './views/grid-view.tsx';
import { MixView } from './views/mix-view.tsx';
import { MorphView } from './views/morph-view.tsx';
import { PaintView } from './views/paint-view.tsx';

const VIEW_OF = { paint: PaintView, morph: MorphView, mix: MixView, grid: GridView, console: ConsoleView };

/** The key that `npm start` handed over is used at once, and kept as long as the tab is. */
function firstKey(handedKey: HandedKey | undefined): KeptKey | undefined {
  if (handedKey?.isOwn) keyStore.write({ key: handedKey.key, place: 'session' });
  return keyStore.read();
}

/** The whole page. */
export function App({ handedKey }: { handedKey: HandedKey | undefined }): JSX.Element {
  const [kept, setKept] = useState(() => firstKey(handedKey));
  const [isAsking, setAsking] = useState(handedKey !== undefined && !handedKey.isOwn);
  const [spent, setSpent] = useState<Spending>({ units: 0, remaining: undefined });
  const [model, setModel] = useState<Model>();
  const [keyFailure, setKeyFailure] = useState<GalipError>();
  const [painted, setPainted] = useState<readonly Painted[]>(() => historyStore.read());
  const { place, revision, goTo, showPlace } = usePlace();

  const api = useMemo(
    () =>
      kept &&
      createApi(kept.key, ({ units, remaining }) =>
        setSpent((before) => ({ units: before.units + units, remaining })),
      ),
    [kept],
  );
  useEffect(() => () => api?.close(), [api]);
  useEffect(() => {
    setModel(undefined);
    setKeyFailure(undefined);
    api
      ?.models()
      .then(([first]) => setModel(first))
      .catch((error: unknown) => setKeyFailure(failureOf(error)));
  }, [api]);

  function keep(key: KeptKey | undefined): void {
    if (key) keyStore.write(key);
    else keyStore.forget();
    setSpent({ units: 0, remaining: undefined });
    setKept(key);
    setAsking(false);
  }

  function changePainted(change: (list: readonly Painted[]) => Painted[]): void {
    setPainted((list) => {
      const changed = change(list);
      historyStore.write(changed);
      return changed;
    });
  }

  const session: Session = {
    api,
    isOwnKey: (prefix) => kept?.key.startsWith(prefix) === true,
    model,
    painted,
    addPainted: (entry) => changePainted((list) => withPainted(list, entry)),
    clearPainted: () => changePainted(() => []),
    askForKey: () => setAsking(true),
    goTo,
    showPlace,
  };
  const View = VIEW_OF[place.view];
  return (
    <SessionProvider value={session}>
      <button type="button" class="skip" onClick={() => document.getElementById('main')?.focus()}>
        Skip to the view
      </button>
      <Header place={place} spent={spent} hasKey={kept !== undefined} />
      <main id="main" tabIndex={-1}>
        <View key={`${place.view} ${revision}`} params={place.params} keyFailure={keyFailure} />
      </main>
      <Footer model={model} />
      {isAsking && (
        <KeyDialog
          kept={kept}
          proposed={handedKey?.isOwn === false ? handedKey.key : ''}
          onKeep={keep}
          onClose={() => setAsking(false)}
        />
      )}
    </SessionProvider>
  );
}
