import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { Message, Piece } from './protobuf.ts';

export interface WriteOptions {
  /** Called with the bytes of each piece that is written. */
  readonly onWritten?: (sizeBytes: number) => void;
  /** Writing stops with its reason after the piece at hand. */
  readonly signal?: AbortSignal;
}

export interface WrittenFile {
  /** 64 hex digits. */
  readonly sha256: string;
  readonly sizeBytes: number;
}

/** Small pieces are gathered up to this size, so that a graph's thousand nodes are a few writes. */
const GATHER_BYTES = 1 << 20;

/**
 * Streams a message to a new file: one lazy piece in memory at a time.
 * @throws Error when the file exists, cannot be written, or a piece has not the size that it declared.
 */
export async function writeMessage(
  path: string,
  { pieces }: Message,
  { onWritten, signal }: WriteOptions = {},
): Promise<WrittenFile> {
  const file = await open(path, 'wx');
  const hash = createHash('sha256');
  let sizeBytes = 0;
  let gathered: Uint8Array[] = [];
  let gatheredBytes = 0;
  async function flush(): Promise<void> {
    const bytes = Buffer.concat(gathered);
    gathered = [];
    gatheredBytes = 0;
    hash.update(bytes);
    await file.writeFile(bytes);
    sizeBytes += bytes.length;
    onWritten?.(bytes.length);
    signal?.throwIfAborted();
  }
  try {
    for (const piece of pieces) {
      const bytes = bytesOf(piece);
      gathered.push(bytes);
      gatheredBytes += bytes.length;
      if (gatheredBytes >= GATHER_BYTES) await flush();
    }
    await flush();
  } finally {
    await file.close();
  }
  return { sha256: hash.digest('hex'), sizeBytes };
}

function bytesOf(piece: Piece): Uint8Array {
  if (piece instanceof Uint8Array) return piece;
  const bytes = piece.read();
  if (bytes.length !== piece.sizeBytes) {
    throw new Error(`a tensor of ${bytes.length} bytes was declared with ${piece.sizeBytes}`);
  }
  return bytes;
}
