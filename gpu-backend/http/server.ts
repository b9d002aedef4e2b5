import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import type { Hono } from 'hono';

export interface HttpServer {
  readonly url: string;
  /** Accepts nothing more, lets what was accepted finish, for at most `limitMs`; then connections are cut. */
  stop(limitMs: number): Promise<void>;
}

export interface ListenOptions {
  readonly host: string;
  /** 0 = any free one. */
  readonly port: number;
}

/** @throws Error saying that the port is taken, or what else the system says. */
export async function listen(app: Hono, { host, port }: ListenOptions): Promise<HttpServer> {
  const server = createAdaptorServer({ fetch: app.fetch }) as Server;
  let isStopping = false;
  // A kept-alive connection becomes idle only after its answer: without this, closing would wait for its time-out.
  server.prependListener('request', (_, response) => {
    response.once('close', () => {
      if (isStopping) setImmediate(() => server.closeIdleConnections());
    });
  });
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    const isTaken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
    const reason = isTaken ? 'the port is taken; choose another with PORT' : String(error);
    throw new Error(`cannot listen on ${host}:${port}: ${reason}`, { cause: error });
  }
  const { port: boundPort } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${boundPort}`,
    async stop(limitMs) {
      isStopping = true;
      const cut = setTimeout(() => server.closeAllConnections(), limitMs);
      await new Promise((resolve) => server.close(resolve));
      clearTimeout(cut);
    },
  };
}
