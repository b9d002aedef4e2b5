import { createContext, type Provider } from 'preact';
import { useContext } from 'preact/hooks';
import type { Model } from '../client/api-types.ts';
import type { Api } from './api/api.ts';
import type { Painted } from './state/history-list.ts';
import type { Place } from './state/place.ts';

/** What all views share. */
export interface Session {
  /** Undefined until there is a key. */
  readonly api: Api | undefined;
  /** Whether a key's text begins so with which this page calls the API. */
  readonly isOwnKey: (prefix: string) => boolean;
  /** Undefined until the API has named it. */
  readonly model: Model | undefined;
  readonly painted: readonly Painted[];
  readonly addPainted: (painted: Painted) => void;
  readonly clearPainted: () => void;
  /** Opens the dialog that takes a key. */
  readonly askForKey: () => void;
  /** Goes there, as a link does. */
  readonly goTo: (place: Place) => void;
  /** Writes to the address bar what a view shows, without a step of the browser's history. */
  readonly showPlace: (place: Place) => void;
}

const SessionContext = createContext<Session | undefined>(undefined);

export const SessionProvider: Provider<Session | undefined> = SessionContext.Provider;

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error('a view stands outside of the session');
  return session;
}
