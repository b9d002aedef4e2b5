import { vi } from 'vitest';
import { type LiveAnswer, liveAnswerSchema } from '../../../edge/live/live-answers.ts';
import type { TestEdge } from './test-edge.ts';

/** A client's end of a live socket. */
export interface LiveSocket {
  readonly response: Response;
  /** Answers so far, each with the bytes that followed it. */
  readonly answers: (LiveAnswer & { readonly file?: string })[];
  readonly closed: Promise<CloseEvent>;
  send(message: unknown): void;
  close(): void;
  /** The answer to a message, once it is there and, of a picture, its bytes. */
  answerTo(id: string): Promise<LiveAnswer & { readonly file?: string }>;
}

/** Opens `/v1/live`. @throws Error where the answer is no WebSocket. */
export async function connectLive(edge: TestEdge, headers: Record<string, string>): Promise<LiveSocket> {
  const response = await edge.fetch('/v1/live', { headers: { upgrade: 'websocket', ...headers } });
  const socket = response.webSocket;
  if (!socket) throw new Error(`no WebSocket: ${response.status}`);
  const closed = Promise.withResolvers<CloseEvent>();
  const answers: (LiveAnswer & { file?: string })[] = [];
  socket.addEventListener('close', closed.resolve);
  socket.addEventListener('message', ({ data }) => {
    const last = answers.at(-1);
    if (typeof data === 'string') answers.push(liveAnswerSchema.parse(JSON.parse(data)));
    else if (last) {
      void new Response(data).text().then((text) => {
        last.file = text;
      });
    }
  });
  socket.accept();
  return {
    response,
    answers,
    closed: closed.promise,
    send: (message) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
    close: () => socket.close(1000),
    answerTo: (id) =>
      vi.waitFor(() => {
        const answer = answers.find((one) => 'id' in one && one.id === id);
        if (!answer || (answer.type === 'picture' && answer.file === undefined))
          throw new Error(`none to ${id}`);
        return answer;
      }, 5_000),
  };
}
