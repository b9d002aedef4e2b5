import type { CallToolResult } from '@modelcontextprotocol/server';
import { GalipError } from '../client/errors.ts';

/**
 * What a tool answers where the API refuses: an error that the model reads and can act on, not one of the protocol.
 * What is no answer of the API is thrown on.
 */
export async function orToolError(work: Promise<CallToolResult>): Promise<CallToolResult> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof GalipError)) throw error;
    const { code, param, message, retryAfterS } = error;
    const again = retryAfterS === undefined ? '' : ` Try again in ${retryAfterS} s.`;
    const text = `${code ?? 'error'}${param === null ? '' : ` (${param})`}: ${message}${again}`;
    return { isError: true, content: [{ type: 'text', text }] };
  }
}

/**
 * Bytes of files in one answer: it is several times as many while it is put together, of the 128 MB that all requests of an
 * isolate share, and models are told of larger files by URL alone.
 */
const MAX_FILE_BYTES = 4 * 1024 * 1024;

/** Files as MCP carries them; none where they are too large together, since their URLs stand beside them. */
export function imageContents(files: readonly Uint8Array[], mimeType: string): CallToolResult['content'] {
  const sizeBytes = files.reduce((sum, { length }) => sum + length, 0);
  if (sizeBytes > MAX_FILE_BYTES) return [];
  return files.map((bytes) => ({ type: 'image', data: toBase64(bytes), mimeType }));
}

/** Arguments of a call are on the stack: a file's bytes are too many at once. */
const CHUNK_BYTES = 32 * 1024;

function toBase64(bytes: Uint8Array): string {
  let binary = '';
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
    binary += String.fromCharCode(...bytes.subarray(at, at + CHUNK_BYTES));
  }
  return btoa(binary);
}
