import { isIPv6 } from 'node:net';
import { SIGNATURE_HEADERS } from '../contract/signature.ts';

/** Says that a request comes from a replica, which has told all others. */
export const FROM_PEER_HEADER = 'x-galip-from-peer';

/** Replicas come and go; a look-up for each withdrawal would be one a key stroke, ms. */
const ADDRESSES_MS = 2_000;
/** What a peer does not take by then is of no use any more, ms. */
const LIMIT_MS = 1_000;

/** Sends a signed request on to every replica as it came; what does not arrive is no harm. */
export type TellPeers = (request: Request, body: Uint8Array<ArrayBuffer>) => Promise<void>;

export interface TellPeersOptions {
  /** Its host's addresses are those of all replicas. */
  readonly url: URL;
  readonly addressesOf: (host: string) => Promise<readonly string[]>;
  readonly fetcher: typeof fetch;
  /** Milliseconds. */
  readonly now: () => number;
}

/**
 * Each replica verifies the edge's own signature, and its memory of nonces is its own: the sender, which is among the
 * addresses, refuses what it has had.
 */
export function createTellPeers({ url, addressesOf, fetcher, now }: TellPeersOptions): TellPeers {
  let known: { readonly addresses: Promise<readonly string[]>; readonly until: number } | undefined;

  const addresses = (): Promise<readonly string[]> => {
    if (known && now() < known.until) return known.addresses;
    const found = addressesOf(url.hostname).catch(() => []);
    known = { addresses: found, until: now() + ADDRESSES_MS };
    return found;
  };

  return async (request, body) => {
    const headers = new Headers({ [FROM_PEER_HEADER]: '1' });
    for (const name of ['content-type', ...Object.values(SIGNATURE_HEADERS)]) {
      headers.set(name, request.headers.get(name) ?? '');
    }
    const { pathname } = new URL(request.url);
    const tell = async (address: string): Promise<void> => {
      const peer = new URL(pathname, url);
      peer.hostname = isIPv6(address) ? `[${address}]` : address;
      const signal = AbortSignal.timeout(LIMIT_MS);
      const response = await fetcher(peer, { method: 'POST', headers, body, redirect: 'error', signal });
      await response.body?.cancel();
    };
    await Promise.allSettled((await addresses()).map(tell));
  };
}
