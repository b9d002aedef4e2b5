import { looksLikeKey } from './key-store.ts';

const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/u;

export interface HandedKey {
  readonly key: string;
  /** Whether it may be used without asking: this is the machine that printed it. */
  readonly isOwn: boolean;
}

/**
 * Takes the key out of `#key=glp_…`, as `npm start` prints it, before anything else is done: the address bar and the
 * session's history have it no more. A fragment is not sent to any server. On other hosts than this machine a link may
 * come from anybody, so there its key is only proposed.
 */
export function takeHandedKey({
  location,
  history,
}: Pick<Window, 'location' | 'history'>): HandedKey | undefined {
  const [, text, rest = ''] = /^#key=([^&]*)(?:&(.*))?$/su.exec(location.hash) ?? [];
  if (text === undefined) return undefined;
  history.replaceState(null, '', `${location.pathname}${location.search}${rest === '' ? '' : `#${rest}`}`);
  return looksLikeKey(text) ? { key: text, isOwn: LOOPBACK.test(location.hostname) } : undefined;
}
