import type { LiveAnswer } from '../../client/api-types.ts';
import { ConnectionError, errorOf } from '../../client/errors.ts';
import type { Spending } from './api.ts';
import type { ImageBody } from './images.ts';

type LivePicture = Extract<LiveAnswer, { type: 'picture' }>;

/** A picture with its file. */
interface LiveResult {
  readonly picture: LivePicture;
  readonly file: ArrayBuffer;
}

/** A socket of `GET /v1/live`, opened when it is needed, and again when it closed. */
export interface LivePainter {
  /**
   * Undefined: something newer was asked for before this was begun, and it cost nothing.
   * @throws GalipError of the request; ConnectionError where there is no socket to be had, or it closed.
   */
  paint(body: ImageBody): Promise<LiveResult | undefined>;
  close(): void;
}

interface Waiting {
  readonly resolve: (result: LiveResult | undefined) => void;
  readonly reject: (error: Error) => void;
}

interface OpenSocket {
  readonly socket: WebSocket;
  /** By their message's id. */
  readonly waiting: Map<string, Waiting>;
}

/**
 * @param url of the endpoint, ws(s)://…
 * @param onSpending told what each answer was charged.
 */
export function createLivePainter(
  url: string,
  apiKey: string,
  onSpending: (spending: Spending) => void,
): LivePainter {
  let present: OpenSocket | undefined;
  let count = 0;

  function open(): OpenSocket {
    const socket = new WebSocket(url, ['galip-live', `galip-key.${apiKey}`]);
    socket.binaryType = 'arraybuffer';
    const waiting = new Map<string, Waiting>();
    const opened = { socket, waiting };
    let next: LivePicture | undefined;
    const take = (id: string): Waiting | undefined => {
      const waiter = waiting.get(id);
      waiting.delete(id);
      return waiter;
    };
    const rejectAll = (error: Error): void => {
      for (const { reject } of waiting.values()) reject(error);
      waiting.clear();
    };
    socket.addEventListener('message', ({ data }: MessageEvent<string | ArrayBuffer>) => {
      if (typeof data !== 'string') {
        // The file of the picture that the frame before told of.
        if (next) take(next.id)?.resolve({ picture: next, file: data });
        return;
      }
      const answer = JSON.parse(data) as LiveAnswer;
      if (answer.type === 'picture') {
        next = answer;
        onSpending({ units: answer.units, remaining: answer.remaining ?? undefined });
      }
      if (answer.type === 'superseded') take(answer.id)?.resolve(undefined);
      if (answer.type !== 'error') return;
      const { message, ...error } = answer.error;
      const failure = errorOf(message, { ...error, retryAfterS: answer.retry_after ?? undefined });
      // Without an id it is the key that is refused, or a message that is no JSON.
      if (answer.id === null) rejectAll(failure);
      else take(answer.id)?.reject(failure);
    });
    socket.addEventListener('close', () => {
      if (present === opened) present = undefined;
      rejectAll(new ConnectionError('the live socket closed'));
    });
    return opened;
  }

  return {
    paint: (body) =>
      new Promise((resolve, reject) => {
        present ??= open();
        const { socket, waiting } = present;
        count += 1;
        const id = `k${count}`;
        waiting.set(id, { resolve, reject });
        const send = (): void => socket.send(JSON.stringify({ id, ...body }));
        if (socket.readyState === WebSocket.OPEN) send();
        else socket.addEventListener('open', send, { once: true });
      }),
    close: () => present?.socket.close(1000),
  };
}
