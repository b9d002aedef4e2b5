import type { LiveAnswer } from '../api-types.ts';
import { ConnectionError, errorOf, type GalipError, InvalidRequestError } from '../errors.ts';

/** What is used of a platform's WebSocket. */
export interface WebSocketLike {
  readonly readyState: number;
  binaryType: string;
  send(message: string): void;
  close(code?: number): void;
  // biome-ignore lint/suspicious/noExplicitAny: platforms have events of their own.
  addEventListener(type: 'open' | 'message' | 'close' | 'error', listener: (event: any) => void): void;
}

type PictureAnswer = Extract<LiveAnswer, { type: 'picture' }>;

/** A picture, and the file itself. */
export interface LivePicture extends Omit<PictureAnswer, 'type' | 'id' | 'bytes'> {
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Somebody waits for a picture. */
export interface Waiter {
  readonly request: object;
  readonly signal: AbortSignal | undefined;
  /** Whether a socket that has closed was asked before. */
  readonly isRepeat: boolean;
  readonly resolve: (picture: LivePicture | undefined) => void;
  readonly reject: (error: GalipError) => void;
}

export interface LiveSocketOptions {
  readonly connect: () => WebSocketLike | Promise<WebSocketLike>;
  /** So long it may be silent while it owes an answer. */
  readonly timeoutMs: number;
  /** It takes nothing more. `left` was asked, and never begun: for the next socket. */
  readonly onEnd: (left: Waiter | undefined) => void;
}

/** One socket of `GET /v1/live`. */
export interface LiveSocket {
  ask(waiter: Waiter): void;
  /** Whoever waits gets undefined. Resolves when it is closed. */
  close(): Promise<void>;
}

const OPEN = 1;
/** Behind these the service has begun nothing that it has not answered: its time was over, or nobody asked. */
const CONNECT_AGAIN: readonly number[] = [1001, 1012];
/** A network that is gone does not answer a close. */
const CLOSE_MS = 3_000;

export function openLiveSocket({ connect, timeoutMs, onEnd }: LiveSocketOptions): LiveSocket {
  /** By their message's id, the newest last. */
  const waiting = new Map<string, Waiter>();
  let socket: WebSocketLike | undefined;
  let next: PictureAnswer | undefined;
  let count = 0;
  let isEnded = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let tellClosed = (): void => undefined;
  const closed = new Promise<void>((resolve) => {
    tellClosed = resolve;
  });

  const take = (id: string): Waiter | undefined => {
    const waiter = waiting.get(id);
    waiting.delete(id);
    return waiter;
  };

  const takeAll = (): Waiter[] => {
    const waiters = [...waiting.values()];
    waiting.clear();
    return waiters;
  };

  const end = (finish: () => Waiter | undefined): void => {
    if (isEnded) return;
    isEnded = true;
    clearTimeout(timer);
    onEnd(finish());
  };

  const fail = (error: GalipError): void =>
    end(() => {
      for (const { reject } of takeAll()) reject(error);
      return undefined;
    });

  const handOver = (): Waiter | undefined => {
    const newest = takeAll().reduce<Waiter | undefined>((older, waiter) => {
      older?.resolve(undefined);
      return waiter;
    }, undefined);
    return newest && { ...newest, isRepeat: true };
  };

  /** Silence counts from what was asked or heard last, and only while an answer is owed. */
  const watch = (): void => {
    clearTimeout(timer);
    if (waiting.size === 0 || isEnded) return;
    timer = setTimeout(() => {
      fail(new ConnectionError(`the live socket did not answer within ${timeoutMs} ms`));
      socket?.close();
    }, timeoutMs);
  };

  const isOpen = (): boolean => socket?.readyState === OPEN;

  const send = (): void => {
    for (const [id, { request, signal }] of waiting) {
      if (signal?.aborted) waiting.delete(id);
      else socket?.send(JSON.stringify({ ...request, id }));
    }
  };

  const hear = (data: unknown): void => {
    if (data instanceof ArrayBuffer) {
      // The file of the picture that the frame before told of.
      if (next) {
        const { type: _, id, bytes: __, ...picture } = next;
        take(id)?.resolve({ ...picture, bytes: new Uint8Array(data) });
      }
      return;
    }
    const answer = JSON.parse(String(data)) as LiveAnswer;
    if (answer.type === 'picture') next = answer;
    if (answer.type === 'superseded') take(answer.id)?.resolve(undefined);
    if (answer.type !== 'error') return;
    const { message, ...error } = answer.error;
    const failure = errorOf(message, { ...error, retryAfterS: answer.retry_after ?? undefined });
    if (answer.id !== null) take(answer.id)?.reject(failure);
    // Without an id it is the key that is refused.
    else fail(failure);
  };

  async function open(): Promise<void> {
    const opening = await connect();
    socket = opening;
    opening.binaryType = 'arraybuffer';
    opening.addEventListener('open', send);
    opening.addEventListener('message', ({ data }: { readonly data: unknown }) => {
      try {
        hear(data);
      } catch (cause) {
        fail(new ConnectionError('the live socket answers what is not of this API', { cause }));
        opening.close();
      }
      watch();
    });
    opening.addEventListener(
      'close',
      ({ code, reason }: { readonly code: number; readonly reason: string }) => {
        tellClosed();
        const isRepeat = [...waiting.values()].at(-1)?.isRepeat;
        if (CONNECT_AGAIN.includes(code) && !isRepeat) end(handOver);
        else fail(closeError(code, reason));
        // Of Workers: the other side's close waits for this one's.
        if (isOpen()) opening.close();
      },
    );
    // A close follows, but where a platform does not say so.
    opening.addEventListener('error', () => {
      tellClosed();
      fail(new ConnectionError('the live socket cannot be opened, or broke off'));
    });
    if (isEnded) opening.close();
    else if (isOpen()) send();
  }
  void open().catch((cause: unknown) => {
    tellClosed();
    fail(new ConnectionError('the live socket cannot be opened', { cause }));
  });

  return {
    ask(waiter) {
      // Nothing was sent yet: only the newest is.
      if (!isOpen()) for (const { resolve } of takeAll()) resolve(undefined);
      const id = `k${++count}`;
      waiting.set(id, waiter);
      watch();
      if (isOpen()) socket?.send(JSON.stringify({ ...waiter.request, id }));
    },
    async close() {
      end(() => {
        for (const { resolve } of takeAll()) resolve(undefined);
        return undefined;
      });
      socket?.close(1000);
      let late: ReturnType<typeof setTimeout> | undefined;
      const tooLate = new Promise<void>((resolve) => {
        late = setTimeout(resolve, CLOSE_MS);
      });
      await Promise.race([closed, tooLate]);
      clearTimeout(late);
    },
  };
}

function closeError(code: number, reason: string): GalipError {
  // What a key is refused with, or that messages come too fast: the reason is the API's error code.
  if (code === 1008) return errorOf(`the live socket was closed: ${reason}`, { code: reason });
  if (code === 1009) return new InvalidRequestError('the request is longer than a live message may be');
  return new ConnectionError(`the live socket was closed (${code}${reason && `, ${reason}`})`);
}
