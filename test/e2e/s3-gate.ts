import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { HOST } from '../../infra/local/ports.ts';

/** So much of a held put's body is let through: the server has begun to receive the object. */
const BODY_BYTES = 64;

export interface S3Gate {
  readonly port: number;
  /** Where the bytes go; set once the server is there. */
  setTarget(port: number): void;
  /** Lets the next PutObject through only in part; settles once its first bytes are on their way. */
  holdNextPut(): Promise<void>;
  close(): Promise<void>;
}

/** A TCP gate in front of an S3 server, which can stop an upload in the middle of its body. */
export async function openS3Gate(): Promise<S3Gate> {
  let targetPort = 0;
  let onHeld: (() => void) | undefined;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(targetPort, HOST);
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    upstream.pipe(client);
    let isHeld = false;
    client.on('data', (chunk) => {
      if (isHeld) return;
      if (onHeld && chunk.subarray(0, 4).toString('latin1') === 'PUT ') {
        isHeld = true;
        const headEnd = chunk.indexOf('\r\n\r\n') + 4;
        upstream.write(chunk.subarray(0, headEnd + BODY_BYTES), onHeld);
        onHeld = undefined;
      } else upstream.write(chunk);
    });
  });
  server.listen(0, HOST);
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('a TCP server has a port');
  return {
    port: address.port,
    setTarget(port) {
      targetPort = port;
    },
    holdNextPut: () =>
      new Promise((resolve) => {
        onHeld = resolve;
      }),
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
