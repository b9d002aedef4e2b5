import { toHex } from './hex.ts';
import type { SigningKey } from './signature.ts';
import { URL_SCHEME, urlHmac } from './url-signature.ts';

/**
 * The secret with which an API key's owner signs URLs, 64 hex digits. It follows from the server's own secret and the
 * key's hash: re-rolling the key changes it, and neither the key nor its hash can be had from it.
 */
export async function urlSecretOf(master: SigningKey, keyId: string, keyHash: string): Promise<string> {
  return toHex(await urlHmac(master.secret, [URL_SCHEME, 'secret', keyId, keyHash].join('\n')));
}
