import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { ERROR_CODES, type ErrorCode } from '../../gpu-backend/contract/errors.ts';

interface HeardRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** Answers the request with number `at`, from 0. */
export type Answer = (response: ServerResponse, request: HeardRequest, at: number) => void;

export interface ApiServer extends AsyncDisposable {
  readonly origin: string;
  readonly heard: HeardRequest[];
}

/** An HTTP server that answers as a test says: what the real stack does too seldom to wait for. */
export async function startApiServer(answer: Answer): Promise<ApiServer> {
  const heard: HeardRequest[] = [];
  const server = createServer(async (request, response) => {
    const { method = '', url = '', headers } = request;
    const entry = { method, url, headers, body: await text(request) };
    answer(response, entry, heard.push(entry) - 1);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    heard,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
}

export function json(response: ServerResponse, status: number, body: object, headers = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

/** An error as the API answers it. */
export function fail(response: ServerResponse, code: ErrorCode, headers = {}): void {
  const { status, message, type } = ERROR_CODES[code];
  json(response, status, { error: { message, type, code, param: null } }, headers);
}
