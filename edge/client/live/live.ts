/// <reference lib="esnext.disposable" preserve="true" />
import { GalipError } from '../errors.ts';
import type { PictureRequest } from '../images.ts';
import {
  type LivePicture,
  type LiveSocket,
  openLiveSocket,
  type Waiter,
  type WebSocketLike,
} from './live-socket.ts';

/** What is asked for of one picture. */
export type LiveRequest = Omit<PictureRequest, 'n' | 'best_of' | 'seeds' | 'response_format'>;

export interface LiveOptions {
  /**
   * Instead of the platform's WebSocket, as a Worker's service binding: `fetch(url, { headers: { upgrade: 'websocket',
   * 'sec-websocket-protocol': protocols.join(', ') } })`, and its `webSocket`, accepted. The key is one of `protocols`.
   */
  readonly connect?: (url: string, protocols: string[]) => WebSocketLike | Promise<WebSocketLike>;
  /** Milliseconds that the service may be silent while it owes an answer; those of the client unless given. */
  readonly timeoutMs?: number;
}

/** Prompt as you type: the newest wins. */
export interface Live extends AsyncDisposable {
  /**
   * Makes or finds one picture, by a socket that is opened when it is needed, and again when the service closed it. Undefined:
   * something newer was asked for before this was begun, and it cost nothing; or `close` was called. An abort by `signal` ends
   * the waiting: a picture that is being made is made, and charged.
   * @throws GalipError of the request; ConnectionError where there is no socket to be had, or it broke off.
   */
  paint(request: LiveRequest, options?: { readonly signal?: AbortSignal }): Promise<LivePicture | undefined>;
  /** Ends it, and whatever is waited for. Resolves when the socket is closed. */
  close(): Promise<void>;
}

export interface CreateLiveOptions extends LiveOptions {
  readonly origin: string;
  readonly apiKey: string | undefined;
  readonly timeoutMs: number;
}

/** A key's characters; others would make of it several sub-protocols, or none. */
const KEY = /^[\w-]*$/u;

/** @throws TypeError where the platform has no WebSocket, or the key is none. */
export function createLive({ origin, apiKey = '', timeoutMs, connect }: CreateLiveOptions): Live {
  if (!KEY.test(apiKey)) throw new TypeError('apiKey has characters that no key has');
  if (!connect && typeof WebSocket === 'undefined') {
    throw new TypeError('there is no WebSocket here (Node has one from 22 on); connect must open one');
  }
  const url = `${origin.replace(/^http/u, 'ws')}/v1/live`;
  const openSocket = connect ?? ((...given) => new WebSocket(...given));
  let present: LiveSocket | undefined;
  let isClosed = false;

  function ask(waiter: Waiter): void {
    present ??= openLiveSocket({
      connect: () => openSocket(url, ['galip-live', `galip-key.${apiKey}`]),
      timeoutMs,
      onEnd(left) {
        present = undefined;
        if (left) ask(left);
      },
    });
    present.ask(waiter);
  }

  async function close(): Promise<void> {
    isClosed = true;
    await present?.close();
  }

  return {
    async paint(request, { signal } = {}) {
      signal?.throwIfAborted();
      if (isClosed) throw new GalipError('this live socket was closed by its owner');
      let abort = (): void => undefined;
      try {
        return await new Promise((resolve, reject) => {
          abort = () => reject(signal?.reason);
          signal?.addEventListener('abort', abort);
          ask({ request, signal, isRepeat: false, resolve, reject });
        });
      } finally {
        signal?.removeEventListener('abort', abort);
      }
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
