/** First byte of a row that is deflated. JSON of a row begins with its bracket. */
const DEFLATED = 1;

/**
 * A row in bytes:
 *
 *     [                     JSON in UTF-8, where that is not longer
 *     01, deflate stream    the same, deflated (RFC 1951)
 */
export async function packRow(row: readonly unknown[]): Promise<Uint8Array<ArrayBuffer>> {
  const plain = new Uint8Array(new TextEncoder().encode(JSON.stringify(row)));
  const deflated = await through(plain, new CompressionStream('deflate-raw'));
  return deflated.length + 1 < plain.length ? new Uint8Array([DEFLATED, ...deflated]) : plain;
}

/** @throws Error where they are no such bytes. */
export async function unpackRow(bytes: Uint8Array<ArrayBuffer>): Promise<unknown> {
  const plain =
    bytes[0] === DEFLATED ? await through(bytes.subarray(1), new DecompressionStream('deflate-raw')) : bytes;
  return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(plain));
}

async function through(
  bytes: Uint8Array<ArrayBuffer>,
  stream: CompressionStream | DecompressionStream,
): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(stream)).arrayBuffer());
}
