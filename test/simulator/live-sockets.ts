import { fixSeeds } from '../../edge/generation/fix-seeds.ts';
import type { ImageRequest } from '../../edge/generation/image-request.ts';
import type { ImageMaker, MadeImages } from '../../edge/generation/make-images.ts';
import type { KeyHolder } from '../../edge/keys/key-store.ts';
import type { LiveAnswer } from '../../edge/live/live-answers.ts';
import { createLiveMessageParser } from '../../edge/live/live-message.ts';
import { createLiveSession } from '../../edge/live/live-session.ts';
import type { Log } from '../../edge/middleware/answer-errors.ts';
import { REQUEST_MS } from '../../edge/requests/request-time.ts';
import { ApiError } from '../../gpu-backend/contract/errors.ts';
import { ORIGIN } from './edge-worker.ts';
import type { Life } from './engine/lives.ts';
import { createRequestContext } from './engine/request-context.ts';
import type { World } from './engine/world.ts';
import { MODEL } from './model.ts';
import type { Intent, RunRecord, SeenMessage, SeenRequest } from './record.ts';
import { bytesOf } from './services/simulated-backend.ts';

/** One end of a live socket, a client's. */
interface LiveSocket {
  /** Undefined is open. Who closed it, or what it died of. */
  closedBy(): string | undefined;
  /** Arrives in order, or not at all where the socket has gone. */
  send(request: ImageRequest): Promise<void>;
  close(): Promise<void>;
}

export interface LiveSocketsOptions {
  readonly world: World;
  readonly maker: Pick<ImageMaker, 'make'>;
  readonly record: RunRecord;
  /** Lives of requests, and so of sockets, that may die. */
  readonly contexts: Life[];
  readonly log: Log;
}

export interface LiveSockets {
  /** Undefined: it was lost on its way. */
  open(holder: KeyHolder): Promise<LiveSocket | undefined>;
}

/** The real sessions, each in a context of its own, on sockets that break when it dies. Does what `routes/live.ts` does. */
export function createLiveSockets(options: LiveSocketsOptions): LiveSockets {
  const { world, maker, record, contexts, log } = options;
  const { lives, faults, time, trace, clock } = world;
  const parse = createLiveMessageParser(MODEL);
  let opened = 0;

  return {
    async open(holder) {
      await lives.sleep(faults.hopMs());
      if (faults.strikes('request-lost')) return undefined;
      const socketId = `socket-${opened++}`;
      const context = createRequestContext(world, socketId);
      contexts.push(context.life);
      const messages: SeenMessage[] = [];
      let closedBy: string | undefined;
      const withdrawAll = (): void => {
        for (const message of messages) if (message.answers.length === 0) message.isWithdrawn = true;
      };
      const end = (by: string): void => {
        if (closedBy !== undefined) return;
        closedBy = by;
        trace.note(`${socketId} closed by ${by}`);
        withdrawAll();
        session.end();
        context.release();
      };
      context.life.death.catch(() => {
        closedBy ??= 'death';
        withdrawAll();
      });

      const hear = (text: string): void => {
        const answer = JSON.parse(text) as LiveAnswer;
        const message = 'id' in answer ? messages[Number(answer.id)] : undefined;
        if (!message) record.problems.add(`${socketId} said to nobody: ${text}`);
        else {
          trace.note(
            `${socketId} ${message.intent.id} ${answer.type}${answer.type === 'error' ? ` ${answer.error.code}` : ''}`,
          );
          message.answers.push({ answer, wasWithdrawn: message.isWithdrawn });
        }
      };
      const hearBytes = (bytes: Uint8Array<ArrayBuffer>): void => {
        const answer = messages.flatMap(({ answers }) => answers.at(-1)?.answer ?? []).findLast(isPicture);
        if (!answer || Buffer.compare(bytes, bytesOf(answer.fingerprint)) !== 0)
          record.problems.add(`${socketId} sent bytes of another picture`);
      };
      const make = async (
        request: ImageRequest,
        { requestKey, withdrawn }: { readonly requestKey: string; readonly withdrawn: AbortSignal },
      ): Promise<MadeImages> => {
        const message = messages[Number(requestKey.split(' ').at(-1)) - 1];
        if (!message) throw new Error('a request of no message');
        const seen = begin(message.intent, requestKey, context.life);
        const made = maker.make(await fixSeeds(request, requestKey), {
          requestKey,
          withdrawn,
          principal: holder.key,
          tenant: holder.tenant,
          origin: ORIGIN,
          defer: context.waitUntil,
          deadline: clock.now() + REQUEST_MS,
          isRetry: false,
          withBytes: true,
        });
        return noting(made, seen, context.life);
      };
      const session = lives.run(context.life, () =>
        createLiveSession({
          socketId,
          parse,
          admit: async () => holder,
          make,
          send(frame) {
            if (closedBy !== undefined) return;
            if (typeof frame === 'string') hear(frame);
            else hearBytes(frame);
          },
          close(code, reason) {
            if (messages.some(({ answers }) => answers.length === 0))
              record.problems.add(`${socketId} was closed (${code} ${reason}) before it was answered`);
            end(`edge ${code}`);
          },
          clock,
          log,
        }),
      );

      const atEdge = async (work: () => void): Promise<void> => {
        await lives.sleep(faults.hopMs());
        if (closedBy === undefined) lives.run(context.life, work);
      };
      return {
        closedBy: () => closedBy,
        send: (request) =>
          atEdge(() => {
            withdrawAll();
            const intent: Intent = { id: record.intents.length, holder, request, idempotencyKey: null };
            const message: SeenMessage = { intent, socketId, answers: [], isWithdrawn: false };
            record.intents.push(intent);
            record.messages.push(message);
            session.receive(JSON.stringify({ id: String(messages.push(message) - 1), ...request }));
          }),
        close: () => atEdge(() => end('client')),
      };
    },
  };

  function begin(intent: Intent, requestKey: string, life: Life): SeenRequest {
    const arrivedAt = time.now();
    const seen: SeenRequest = { intent, arrivedAt, requestKey, endedAt: undefined, answer: undefined };
    record.requests.push(seen);
    life.death.catch(() => {
      seen.endedAt ??= time.now();
    });
    return seen;
  }

  /** Notes how it ended, where anybody lives to hear. */
  async function noting(made: Promise<MadeImages>, seen: SeenRequest, life: Life): Promise<MadeImages> {
    const common = { isReplayed: false, jobId: undefined };
    const end = (
      answer: Pick<NonNullable<SeenRequest['answer']>, 'status' | 'code' | 'images' | 'text'>,
    ): void => {
      if (!life.isAlive) return;
      seen.answer = { ...answer, ...common };
      seen.endedAt = time.now();
    };
    try {
      const { images } = await made;
      end({ status: 200, code: undefined, images, text: '' });
    } catch (error) {
      const { status, code, message } = error instanceof ApiError ? error : new ApiError('internal_error');
      end({ status, code, images: undefined, text: message });
    }
    return made;
  }
}

type Picture = Extract<LiveAnswer, { type: 'picture' }>;

function isPicture(answer: LiveAnswer): answer is Picture {
  return answer.type === 'picture';
}
