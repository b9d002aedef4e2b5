import { once } from 'node:events';
import { createServer } from 'node:net';
import { StartError } from './start-error.ts';

/** Everything here listens on the machine itself only. */
export const HOST = '127.0.0.1';

/** @throws StartError when something listens on the port already, or it may not be had. */
export async function assertPortFree(port: number): Promise<void> {
  try {
    await listenOnce(port);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const other = port < 65_535 ? port + 1 : port - 1;
    const why =
      code === 'EADDRINUSE' ? 'is taken: another program listens on it' : `cannot be used (${code})`;
    throw new StartError(`Port ${port} ${why}. Choose another: npm start -- --port ${other}`, { cause });
  }
}

/** A port that nothing listens on at the moment, chosen by the system. */
export function freePort(): Promise<number> {
  return listenOnce(0);
}

async function listenOnce(port: number): Promise<number> {
  const server = createServer().listen({ host: HOST, port, exclusive: true });
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new TypeError('a TCP server has a port');
  return address.port;
}
