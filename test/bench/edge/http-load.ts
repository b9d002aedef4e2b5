import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** Requests of one connection, kept alive, one after the other. */
interface Client {
  /** Sends the request and waits for the whole answer; resolves with its status. */
  ask(): Promise<number>;
  close(): void;
}

const HEAD_END = Buffer.from('\r\n\r\n');

/**
 * A client that does as little as can be done: what it costs itself is missing from what the server gets of the machine.
 * Answers must have a Content-Length.
 */
async function openClient(port: number, path: string): Promise<Client> {
  const socket: Socket = connect(port, '127.0.0.1');
  socket.setNoDelay(true);
  await once(socket, 'connect');
  const request = Buffer.from(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`);
  let waiting: PromiseWithResolvers<number> | undefined;
  let received: Buffer = Buffer.alloc(0);
  /** Bytes of the answer that are still to come, and its status, once its head is here. */
  let missing = -1;
  let status = 0;
  socket.on('data', (data) => {
    if (missing < 0) {
      received = received.length === 0 ? data : Buffer.concat([received, data]);
      const headLength = received.indexOf(HEAD_END);
      if (headLength < 0) return;
      const head = received.toString('latin1', 0, headLength);
      const length = /\r\ncontent-length: *(\d+)/iu.exec(head)?.[1];
      if (length === undefined) {
        socket.destroy(new Error(`an answer without Content-Length: ${head}`));
        return;
      }
      status = Number(head.slice(9, 12));
      missing = Number(length) - (received.length - headLength - HEAD_END.length);
      received = Buffer.alloc(0);
    } else missing -= data.length;
    if (missing > 0) return;
    missing = -1;
    const { resolve } = waiting ?? {};
    waiting = undefined;
    resolve?.(status);
  });
  const fail = (error?: Error): void => waiting?.reject(error ?? new Error('the connection was closed'));
  socket.on('error', fail);
  socket.on('close', () => fail());
  return {
    ask() {
      waiting = Promise.withResolvers();
      socket.write(request);
      return waiting.promise;
    },
    close: () => socket.destroy(),
  };
}

export interface HttpLoad {
  readonly perSecond: number;
  readonly times: readonly number[];
  /** Arrivals that were due while all connections were busy. */
  readonly dropped: number;
}

export interface LoadTarget {
  readonly port: number;
  readonly path: string;
}

/** As many requests a second as the server answers to `connections` that each ask again at once. */
export async function saturate(target: LoadTarget, connections: number, seconds: number): Promise<HttpLoad> {
  const endsAt = performance.now() + seconds * 1_000;
  const times: number[] = [];
  await withClients(target, connections, (clients) =>
    Promise.all(
      clients.map(async (client) => {
        while (performance.now() < endsAt) times.push(await timed(client));
      }),
    ),
  );
  return { perSecond: times.length / seconds, times, dropped: 0 };
}

/** Arrivals at a constant rate, each on a connection that is free; one that finds none is dropped and counted. */
export async function arrive(
  target: LoadTarget,
  connections: number,
  perSecond: number,
  seconds: number,
): Promise<HttpLoad> {
  const times: number[] = [];
  let dropped = 0;
  await withClients(target, connections, async (clients) => {
    const free = [...clients];
    const running = new Set<Promise<void>>();
    const startedAt = performance.now();
    const endsAt = startedAt + seconds * 1_000;
    let sent = 0;
    for (let now = startedAt; now < endsAt; now = performance.now()) {
      const due = ((now - startedAt) / 1_000) * perSecond;
      for (; sent < due; sent++) {
        const client = free.pop();
        if (!client) {
          dropped++;
          continue;
        }
        // From when it was due, not from when this loop got to it.
        const dueAt = startedAt + (sent / perSecond) * 1_000;
        const one: Promise<void> = expectOk(client).then(() => {
          times.push(performance.now() - dueAt);
          free.push(client);
          running.delete(one);
        });
        running.add(one);
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
    await Promise.all(running);
  });
  return { perSecond: times.length / seconds, times, dropped };
}

async function withClients<T>(
  { port, path }: LoadTarget,
  connections: number,
  work: (clients: readonly Client[]) => Promise<T>,
): Promise<T> {
  const clients = await Promise.all(Array.from({ length: connections }, () => openClient(port, path)));
  try {
    return await work(clients);
  } finally {
    for (const client of clients) client.close();
  }
}

async function timed(client: Client): Promise<number> {
  const startedAt = performance.now();
  await expectOk(client);
  return performance.now() - startedAt;
}

async function expectOk(client: Client): Promise<void> {
  const status = await client.ask();
  if (status !== 200) throw new Error(`answered with status ${status}`);
}
