import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { sha256Hex, toHex } from './hex.ts';

/**
 * Edge → backend request signature, `galip-hmac-1`: HMAC-SHA-256 (RFC 2104) over these lines joined by `\n`:
 * the scheme, method, path with query, SHA-256 of the body (hex), timestamp (seconds since 1970), nonce, key id.
 * It travels in four headers; two keys may live at once, for rotation.
 */
const SCHEME = 'galip-hmac-1';

/** Clocks may differ by this much, and a nonce must be remembered for twice as long. */
const SIGNATURE_WINDOW_S = 60;

export const SIGNATURE_HEADERS = {
  keyId: 'x-galip-key-id',
  timestamp: 'x-galip-timestamp',
  nonce: 'x-galip-nonce',
  signature: 'x-galip-signature',
} as const;

export interface SigningKey {
  readonly id: string;
  readonly secret: string;
}

export interface SignableRequest {
  readonly method: string;
  /** Path and query as they stand in the request line. */
  readonly path: string;
  readonly body: Uint8Array<ArrayBuffer>;
}

interface SignatureFields {
  readonly timestamp: number;
  readonly nonce: string;
}

/**
 * Parses `id:secret[,id:secret…]`; the first key signs, all of them verify.
 * @throws TypeError when a pair is malformed, an id stands twice or a secret is shorter than 32 characters.
 */
export function parseSigningKeys(text: string): readonly [SigningKey, ...SigningKey[]] {
  const keys = text.split(',').map((pair): SigningKey => {
    const [, id, secret] = /^([\w-]{1,32}):(\S{32,})$/u.exec(pair.trim()) ?? [];
    if (id === undefined || secret === undefined) {
      throw new TypeError(
        'signing keys are "id:secret" pairs joined by commas, each secret at least 32 characters',
      );
    }
    return { id, secret };
  });
  const [first, ...others] = keys;
  if (!first || new Set(keys.map(({ id }) => id)).size < keys.length) {
    throw new TypeError('signing keys must have distinct ids');
  }
  return [first, ...others];
}

/** The four headers that sign a request. */
export async function signRequest(
  request: SignableRequest,
  key: SigningKey,
  { timestamp, nonce }: SignatureFields,
): Promise<Record<string, string>> {
  const text = await stringToSign(request, key.id, { timestamp, nonce });
  return {
    [SIGNATURE_HEADERS.keyId]: key.id,
    [SIGNATURE_HEADERS.timestamp]: String(timestamp),
    [SIGNATURE_HEADERS.nonce]: nonce,
    [SIGNATURE_HEADERS.signature]: toHex(hmacOf(key, text)),
  };
}

export interface VerifyOptions {
  readonly keys: readonly SigningKey[];
  /** Seconds since 1970. */
  readonly now: number;
  /** Remembers a nonce until `expiresAt` (seconds since 1970); false when it was seen before. */
  readonly rememberNonce: (nonce: string, expiresAt: number) => boolean;
}

export type SignatureProblem = 'missing' | 'unknown key' | 'clock skew' | 'mismatch' | 'replay';

/** Undefined when the signature holds, else why not (for the log; the client is told `invalid_signature` alone). */
export async function verifyRequest(
  request: SignableRequest,
  headers: Headers,
  { keys, now, rememberNonce }: VerifyOptions,
): Promise<SignatureProblem | undefined> {
  const keyId = headers.get(SIGNATURE_HEADERS.keyId) ?? '';
  const timestampText = headers.get(SIGNATURE_HEADERS.timestamp) ?? '';
  const nonce = headers.get(SIGNATURE_HEADERS.nonce) ?? '';
  const signature = headers.get(SIGNATURE_HEADERS.signature) ?? '';
  if (
    !/^\d{1,12}$/u.test(timestampText) ||
    !/^[\w-]{16,64}$/u.test(nonce) ||
    !/^[0-9a-f]{64}$/u.test(signature)
  ) {
    return 'missing';
  }
  const key = keys.find(({ id }) => id === keyId);
  if (!key) return 'unknown key';
  const timestamp = Number(timestampText);
  if (Math.abs(now - timestamp) > SIGNATURE_WINDOW_S) return 'clock skew';
  const text = await stringToSign(request, keyId, { timestamp, nonce });
  if (!isEqual(toHex(hmacOf(key, text)), signature)) return 'mismatch';
  return rememberNonce(`${keyId}:${nonce}`, timestamp + 2 * SIGNATURE_WINDOW_S) ? undefined : 'replay';
}

async function stringToSign(
  { method, path, body }: SignableRequest,
  keyId: string,
  { timestamp, nonce }: SignatureFields,
): Promise<string> {
  return [SCHEME, method, path, await sha256Hex(body), timestamp, nonce, keyId].join('\n');
}

function hmacOf({ secret }: SigningKey, text: string): Uint8Array {
  const encoder = new TextEncoder();
  return hmac(sha256, encoder.encode(secret), encoder.encode(text));
}

/** Takes as long wherever two texts of one length differ. */
function isEqual(a: string, b: string): boolean {
  let difference = a.length ^ b.length;
  for (let at = 0; at < a.length; at++) difference |= a.charCodeAt(at) ^ b.charCodeAt(at);
  return difference === 0;
}
