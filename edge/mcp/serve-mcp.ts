import {
  createMcpHandler,
  isLegacyRequest,
  McpServer,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server';
import type { Galip } from '../client/create-galip.ts';
import type { ApiDocument } from '../docs/document.ts';
import { addGenerateImage } from './generate-image.ts';
import { addMorph } from './morph.ts';

/** Both forms of answer are allowed to whoever does not say; the answer is JSON. */
const ACCEPT = 'application/json, text/event-stream';

export interface ServeMcpOptions {
  /** The API on behalf of the caller. */
  readonly galip: Galip;
  readonly document: ApiDocument;
  /** The request's body. */
  readonly body: unknown;
}

/**
 * Answers one message of the Model Context Protocol by JSON, and remembers nothing: revisions to 2025-11-25 by the
 * Streamable HTTP transport without sessions, and that of 2026-07-28, which has none.
 * @see https://modelcontextprotocol.io/specification
 */
export async function serveMcp(request: Request, options: ServeMcpOptions): Promise<Response> {
  const { body } = options;
  const { method, url } = request;
  const headers = new Headers(request.headers);
  headers.set('accept', ACCEPT);
  const message = new Request(url, { method, headers, body: JSON.stringify(body) });
  if (await isLegacyRequest(message.clone(), body)) {
    const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true });
    await createServer(options).connect(transport);
    return transport.handleRequest(message, { parsedBody: body });
  }
  const handler = createMcpHandler(() => createServer(options), {
    legacy: 'reject',
    responseMode: 'json',
    // Nothing ever changes that they would tell; a stream would stay open for ever, whatever becomes of its key.
    maxSubscriptions: 0,
  });
  return handler.fetch(message, { parsedBody: body });
}

function createServer({ galip, document }: ServeMcpOptions): McpServer {
  const { title, version } = document.info;
  const server = new McpServer({ name: title, version });
  addGenerateImage(server, galip, document);
  addMorph(server, galip, document);
  return server;
}
