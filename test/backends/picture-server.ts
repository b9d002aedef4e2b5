import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import type { GenerateResult } from '../../gpu-backend/contract/generate.ts';

const FINGERPRINT = 'ab'.repeat(32);

/** What a server does with a request. */
export type Behaviour = (outgoing: ServerResponse, incoming: IncomingMessage) => unknown;

export interface PictureServer {
  readonly url: URL;
  readonly host: string;
  /** Requests that came so far. */
  asked(): number;
  /** From now on. */
  behave(next: Behaviour): void;
  /** No connection is taken any more. */
  close(): Promise<void>;
}

/** A backend over real HTTP on loopback, without a model; closed when the test ends. */
export async function startPictureServer(first: Behaviour): Promise<PictureServer> {
  let behaviour = first;
  let asked = 0;
  const server = createServer(async (incoming, outgoing) => {
    await incoming.toArray();
    asked++;
    await behaviour(outgoing, incoming);
  });
  const close = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  onTestFinished(close);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return {
    url,
    host: url.host,
    close,
    asked: () => asked,
    behave(next) {
      behaviour = next;
    },
  };
}

/** @param body the picture's bytes, by which a test knows whose it is. */
export const makes =
  (body: string): Behaviour =>
  async (outgoing) => {
    const form = new FormData();
    form.set('result', JSON.stringify(RESULT));
    form.set(FINGERPRINT, new Blob([body]), `${FINGERPRINT}.png`);
    const response = new Response(form);
    outgoing.writeHead(200, Object.fromEntries(response.headers));
    outgoing.end(new Uint8Array(await response.arrayBuffer()));
  };

export const answers =
  (status: number, headers: Record<string, string> = {}): Behaviour =>
  (outgoing) =>
    outgoing.writeHead(status, headers).end();

/** Begins an answer and cuts the connection. */
export const breaksOff: Behaviour = (outgoing) => {
  outgoing.writeHead(200, { 'content-type': 'multipart/form-data; boundary=x' });
  outgoing.write('--x\r\n', () => outgoing.destroy());
};

/** Does nothing until it is told, and then what it is told; a withdrawal it hears of in between. */
export function held(otherwise: Behaviour): {
  readonly behaviour: Behaviour;
  readonly end: (how?: Behaviour) => void;
} {
  const { promise, resolve } = Promise.withResolvers<Behaviour>();
  return {
    async behaviour(outgoing, incoming) {
      if (incoming.url === '/v1/withdraw') return answers(204)(outgoing, incoming);
      return (await promise)(outgoing, incoming);
    },
    end: (how = otherwise) => resolve(how),
  };
}

export const hangs: Behaviour = () => undefined;

const RESULT: GenerateResult = {
  native: 64,
  images: [{ fingerprint: FINGERPRINT, seed: 1, etag: '"e"', created: true }],
  timings: {
    queueMs: 0,
    tokeniseMs: 0,
    textEncoderMs: 0,
    generatorMs: 0,
    encodeMs: 0,
    storeMs: 0,
    totalMs: 0,
  },
};
