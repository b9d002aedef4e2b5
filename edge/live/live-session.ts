import { ApiError } from '../../gpu-backend/contract/errors.ts';
import type { Clock } from '../durable/clock.ts';
import type { ImageRequest } from '../generation/image-request.ts';
import type { MadeImages } from '../generation/make-images.ts';
import type { KeyHolder } from '../keys/key-store.ts';
import { causeOf, type Log } from '../middleware/answer-errors.ts';
import { createLatestWins } from './latest-wins.ts';
import { errorAnswer, type LiveAnswer, pictureAnswer } from './live-answers.ts';
import {
  IDLE_MS,
  KEY_CHECK_MS,
  MAX_AGE_MS,
  MAX_MESSAGE_CHARACTERS,
  MAX_MESSAGES_PER_S,
  MAX_REQUESTS,
} from './live-limits.ts';
import type { BrokenMessage, LiveMessage } from './live-message.ts';

export interface LiveSessionOptions {
  /** Names the socket; its pictures' charges derive from it and their number. */
  readonly socketId: string;
  readonly parse: (text: string) => LiveMessage | BrokenMessage;
  /** Who holds the socket's key now. @throws ApiError where it holds no more. */
  readonly admit: () => Promise<KeyHolder>;
  readonly make: (
    request: ImageRequest,
    call: { readonly holder: KeyHolder; readonly requestKey: string; readonly withdrawn: AbortSignal },
  ) => Promise<MadeImages>;
  readonly send: (frame: string | Uint8Array<ArrayBuffer>) => void;
  /** @see README.md for the codes */
  readonly close: (code: number, reason: string) => void;
  readonly clock: Clock;
  readonly log: Log;
}

export interface LiveSession {
  receive(frame: unknown): void;
  /** The socket is closed, by whomever. */
  end(): void;
}

interface Waiting extends LiveMessage {
  readonly requestKey: string;
  readonly receivedAtMs: number;
}

/** One socket: reads its messages, has the newest's picture made, answers. */
export function createLiveSession(options: LiveSessionOptions): LiveSession {
  const { socketId, parse, admit, make, send, close, clock, log } = options;
  let requests = 0;
  let isFull = false;
  let isEnded = false;
  let second = { at: 0, messages: 0 };

  const say = (answer: LiveAnswer): void => {
    if (isEnded) return;
    stir();
    send(JSON.stringify(answer));
  };

  const run = async ({ id, request, requestKey, receivedAtMs }: Waiting, withdrawn: AbortSignal) => {
    const beganAtMs = clock.now();
    try {
      const { images, files } = await make(request, { holder: await admit(), requestKey, withdrawn });
      const [bytes] = files;
      if (!bytes) throw new Error('a live picture came without its bytes');
      const times = { waitedMs: beganAtMs - receivedAtMs, madeMs: clock.now() - beganAtMs };
      say(pictureAnswer(id, images, bytes.length, times));
      send(bytes);
    } catch (thrown) {
      const error = thrown instanceof ApiError ? thrown : new ApiError('internal_error', { cause: thrown });
      if (error.code === 'superseded') {
        say({ type: 'superseded', id });
        return;
      }
      const { code, status } = error;
      if (status >= 500) log({ level: 'error', requestId: socketId, code, cause: causeOf(thrown as Error) });
      say(errorAnswer(id, error));
      if (status === 401 || code === 'tenant_suspended') close(1008, code);
    }
  };

  const latest = createLatestWins<Waiting>({
    run,
    onSuperseded: ({ id }) => say({ type: 'superseded', id }),
  });

  /** What was taken is answered first; what comes meanwhile is never begun, and for the client's next socket. */
  const finish = (): void => {
    if (isFull) return;
    isFull = true;
    void latest.settled().then(() => close(1012, 'connect again'));
  };

  const checkKey = (): void => {
    cancelCheck = clock.after(KEY_CHECK_MS, checkKey);
    admit().catch((error: Error) => {
      // A store that cannot tell ends no socket.
      if (error instanceof ApiError && error.status < 500) close(1008, error.code);
    });
  };
  const idle = (): (() => void) => clock.after(IDLE_MS, () => close(1001, 'idle'));
  /** Who waits for an answer is not idle. */
  const stir = (): void => {
    cancelIdle();
    cancelIdle = idle();
  };
  let cancelCheck = clock.after(KEY_CHECK_MS, checkKey);
  let cancelIdle = idle();
  const cancelAge = clock.after(MAX_AGE_MS, finish);

  const isTooFast = (): boolean => {
    const at = Math.floor(clock.now() / 1000);
    second = { at, messages: second.at === at ? second.messages + 1 : 1 };
    return second.messages > MAX_MESSAGES_PER_S;
  };

  return {
    receive(frame) {
      if (isFull) return;
      if (isTooFast()) return close(1008, 'rate_limited');
      if (typeof frame !== 'string') return close(1003, 'messages are text');
      if (frame.length > MAX_MESSAGE_CHARACTERS) return close(1009, 'message too long');
      stir();
      const message = parse(frame);
      if ('error' in message) return say(errorAnswer(message.id, message.error));
      const requestKey = `live ${socketId} ${++requests}`;
      latest.offer({ ...message, requestKey, receivedAtMs: clock.now() });
      if (requests === MAX_REQUESTS) finish();
    },
    end() {
      isEnded = true;
      for (const cancel of [cancelCheck, cancelIdle, cancelAge]) cancel();
      latest.end();
    },
  };
}
