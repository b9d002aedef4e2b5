/** The sub-protocol of live sockets, which the answer names where the client did. */
const LIVE_PROTOCOL = 'galip-live';

const KEY_PROTOCOL = 'galip-key.';

/** What the headers of a WebSocket's opening say of who opens it. */
export interface LiveOpening {
  /** As an `Authorization` header; undefined: no key was shown. */
  readonly authorization: string | undefined;
  /** The sub-protocol to answer with; undefined: none was offered, so that none may be answered. */
  readonly protocol: string | undefined;
  /** Whether it is a browser's: of an opening that is refused its scripts learn nothing. */
  readonly isBrowser: boolean;
}

/** A server's key stands in `Authorization`; a browser's, which can set no header, in a sub-protocol `galip-key.<key>`. */
export function readOpening(headers: Headers): LiveOpening {
  const offered = (headers.get('sec-websocket-protocol') ?? '').split(',').map((name) => name.trim());
  const key = offered.find((name) => name.startsWith(KEY_PROTOCOL))?.slice(KEY_PROTOCOL.length);
  const authorization = headers.get('authorization') ?? (key === undefined ? undefined : `Bearer ${key}`);
  const protocol = offered.includes(LIVE_PROTOCOL) ? LIVE_PROTOCOL : undefined;
  return { authorization, protocol, isBrowser: key !== undefined };
}
