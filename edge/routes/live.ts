import type { Context } from 'hono';
import { ApiError } from '../../gpu-backend/contract/errors.ts';
import type { ModelCard } from '../../gpu-backend/contract/model-card.ts';
import type { Clock } from '../durable/clock.ts';
import type { EdgeContext, Endpoint } from '../endpoint.ts';
import { fixSeeds } from '../generation/fix-seeds.ts';
import type { ImageMaker } from '../generation/make-images.ts';
import { errorAnswer, type LiveAnswer } from '../live/live-answers.ts';
import { type LiveOpening, readOpening } from '../live/live-key.ts';
import { MAX_SOCKETS_PER_KEY } from '../live/live-limits.ts';
import { createLiveMessageParser } from '../live/live-message.ts';
import { createLiveSession } from '../live/live-session.ts';
import type { Log } from '../middleware/answer-errors.ts';
import type { Admit } from '../middleware/authenticate.ts';
import { AUTHENTICATION_ERRORS, BEARER_SECURITY, errorResponses } from '../openapi/responses.ts';
import { REQUEST_MS } from '../requests/request-time.ts';
import type { RouteOptions } from './route-options.ts';

export interface LiveOptions extends Pick<RouteOptions, 'deferOf' | 'originOf'> {
  readonly model: ModelCard;
  readonly maker: Pick<ImageMaker, 'make'>;
  readonly admit: Admit;
  readonly clock: Clock;
  readonly log: Log;
}

/** `GET /v1/live`: prompt-as-you-type over a WebSocket. @see ../live/README.md */
export function live(options: LiveOptions): Endpoint {
  const { model, maker, admit, deferOf, originOf, clock, log } = options;
  const parse = createLiveMessageParser(model);
  /** Of this isolate, by key. */
  const open = new Map<string, number>();
  const count = (keyId: string, change: number): void => {
    const left = (open.get(keyId) ?? 0) + change;
    if (left > 0) open.set(keyId, left);
    else open.delete(keyId);
  };

  function accept(context: Context<EdgeContext>, { authorization }: LiveOpening, socket: WebSocket): void {
    const [defer, origin, socketId] = [deferOf(context), originOf(context), context.get('requestId')];
    const traceparent = context.get('traceparent');
    const { id: keyId } = context.get('key');
    count(keyId, 1);
    const isOpen = (): boolean => socket.readyState === WebSocket.OPEN;
    const session = createLiveSession({
      socketId,
      parse,
      admit: () => admit(authorization, ['generate'], defer),
      make: async (request, { holder, ...call }) =>
        maker.make(await fixSeeds(request, call.requestKey), {
          ...call,
          principal: holder.key,
          tenant: holder.tenant,
          origin,
          defer,
          traceparent,
          deadline: clock.now() + REQUEST_MS,
          isRetry: false,
          withBytes: true,
        }),
      send: (frame) => isOpen() && socket.send(frame),
      close(code, reason) {
        if (isOpen()) socket.close(code, reason);
        end();
      },
      clock,
      log,
    });
    let isEnded = false;
    const end = (): void => {
      if (isEnded) return;
      isEnded = true;
      count(keyId, -1);
      session.end();
    };
    socket.addEventListener('message', ({ data }) => {
      if (!isEnded) session.receive(data);
    });
    socket.addEventListener('close', ({ code }) => {
      if (isOpen()) socket.close(code === 1005 || code === 1006 ? 1000 : code);
      end();
    });
    socket.addEventListener('error', end);
  }

  return {
    spec: {
      method: 'get',
      path: '/v1/live',
      operationId: 'live',
      summary: 'Prompt as you type, over a WebSocket',
      description: DESCRIPTION,
      security: BEARER_SECURITY,
      responses: {
        101: { description: 'The WebSocket is open.' },
        ...errorResponses(
          'invalid_request',
          ...AUTHENTICATION_ERRORS,
          'method_not_allowed',
          'rate_limited',
          'internal_error',
        ),
      },
    },
    async handle(context) {
      const { headers } = context.req.raw;
      if (headers.get('upgrade')?.toLowerCase() !== 'websocket') {
        throw new ApiError('invalid_request', {
          param: 'upgrade',
          message: 'upgrade must be "websocket": this endpoint is a WebSocket',
        });
      }
      const opening = readOpening(headers);
      const refusal = await admit(opening.authorization, ['generate'], deferOf(context)).then(
        ({ key, tenant }) => {
          context.set('key', key);
          context.set('tenant', tenant);
          const isFull = (open.get(key.id) ?? 0) >= MAX_SOCKETS_PER_KEY;
          const message = `This API key has ${MAX_SOCKETS_PER_KEY} live sockets open, which is what is allowed.`;
          return isFull ? new ApiError('rate_limited', { message }) : undefined;
        },
        (error: unknown) => {
          if (error instanceof ApiError && error.status < 500) return error;
          throw error;
        },
      );
      if (refusal && !opening.isBrowser) throw refusal;
      const { 0: client, 1: socket } = new WebSocketPair();
      socket.accept();
      const say = (answer: LiveAnswer): void => socket.send(JSON.stringify(answer));
      if (refusal) {
        say(errorAnswer(null, refusal));
        socket.close(1008, refusal.code);
      } else {
        say({ type: 'ready', model: model.id, native: model.imageSize });
        accept(context, opening, socket);
      }
      const { protocol } = opening;
      return new Response(null, {
        status: 101,
        webSocket: client,
        headers: protocol === undefined ? {} : { 'sec-websocket-protocol': protocol },
      });
    },
  };
}

const DESCRIPTION = `A server shows its key in \`Authorization\`; a browser, which can set no header, as a sub-protocol: \
\`new WebSocket(url, ["galip-live", "galip-key." + key])\`; never in the URL. The server begins with \
\`{"type": "ready", …}\`; a browser whose key is refused is told so (\`error\`) and closed with 1008, a server gets 401 or 403. \
The client sends text frames: an \`id\` of its own and the fields of an \`ImageRequest\` for one picture, as \
\`{"id": "k1", "prompt": "a red apple", "seed": 7, "output_format": "webp"}\` (no n, best_of, judge, seeds, response_format, async, deadline, \
webhook). Each message has one answer, a \`LiveAnswer\`: \`picture\`, followed at once by a binary frame with its bytes; \
\`superseded\`; or \`error\`, after which the socket goes on. One picture is in work at a time and one waits: a newer message \
takes the place of what waits, and of what is in work as long as the model has not begun with it. What is superseded costs \
nothing, what was made is charged and, unless it came too late, delivered, what exists costs a hit. Closed with 1001 when idle for two minutes, 1003 for \
binary frames, 1008 when the key holds no more or messages come too fast (250 a second), 1009 above 64 Ki characters, 1012 \
after an hour or 1,000 requests, once what was taken is answered: connect again, and ask again what has no answer, since it was \
never begun. The client \`galip\` does all of this (\`galip.live()\`).`;
