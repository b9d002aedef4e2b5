const NAME = 'galip.key';

/** `glp_<kind>_<id>_<secret><checksum>`; whether it holds, the server says. */
const KEY = /^glp_(?:live|test)_[0-9A-Za-z_]{20,200}$/u;

export type KeyPlace = 'session' | 'device';

export interface KeptKey {
  readonly key: string;
  /** Until the tab is closed, or until it is forgotten. */
  readonly place: KeyPlace;
}

export function looksLikeKey(text: string): boolean {
  return KEY.test(text);
}

/** The API key in the browser's own storage; never in a URL, a cookie or a log. */
export const keyStore = {
  read(): KeptKey | undefined {
    const session = sessionStorage.getItem(NAME);
    if (session !== null) return { key: session, place: 'session' };
    const device = localStorage.getItem(NAME);
    return device === null ? undefined : { key: device, place: 'device' };
  },
  write({ key, place }: KeptKey): void {
    this.forget();
    (place === 'session' ? sessionStorage : localStorage).setItem(NAME, key);
  },
  forget(): void {
    sessionStorage.removeItem(NAME);
    localStorage.removeItem(NAME);
  },
};
