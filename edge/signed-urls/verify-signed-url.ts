import { ApiError } from '../../gpu-backend/contract/errors.ts';
import type { SigningKey } from '../../gpu-backend/contract/signature.ts';
import { urlSecretOf } from '../../gpu-backend/contract/url-secret.ts';
import { verifyUrl } from '../../gpu-backend/contract/url-signature.ts';
import type { KeptKeys } from '../keys/kept-keys.ts';
import type { KeyRecord } from '../keys/key-record.ts';
import type { KeyHolder } from '../keys/key-store.ts';
import type { SignedUrl } from './signed-url.ts';

/** Signs nothing: stands for a key that is not known, so that its answer takes as long as another's. */
const NO_HASH = '0'.repeat(64);

export interface VerifySignedUrlOptions {
  readonly keys: KeptKeys;
  readonly urlSigningKeys: readonly SigningKey[];
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/**
 * Whose key signed the URL. Holds as long as the key does, and past its re-roll as long as the old secret overlaps.
 * @throws ApiError `invalid_signature`, alike for every wrong one; `tenant_suspended`; `insufficient_scope`.
 */
export async function verifySignedUrl(
  url: SignedUrl,
  { keys, urlSigningKeys, now }: VerifySignedUrlOptions,
): Promise<KeyHolder> {
  const nowS = now() / 1000;
  const found = await keys.find(url.keyId, async (holder) => {
    const hashes = hashesOf(holder?.key, nowS);
    const secrets = await Promise.all(
      urlSigningKeys.flatMap((master) => hashes.map((hash) => urlSecretOf(master, url.keyId, hash))),
    );
    const signed = await verifyUrl(url, url.signature, secrets);
    return holder !== undefined && signed && isLive(holder.key, nowS);
  });
  if (!found) throw new ApiError('invalid_signature');
  const { holder } = found;
  if (holder.tenant.status !== 'active') throw new ApiError('tenant_suspended');
  if (!holder.key.scopes.includes('generate')) throw new ApiError('insufficient_scope');
  return holder;
}

/** Always two, whatever is known. */
function hashesOf(key: KeyRecord | undefined, nowS: number): [string, string] {
  const previous = key?.previous && nowS < key.previous.expiresAt ? key.previous.hash : NO_HASH;
  return [key?.hash ?? NO_HASH, previous];
}

function isLive({ revokedAt, expiresAt }: KeyRecord, nowS: number): boolean {
  return revokedAt === null && (expiresAt === null || nowS < expiresAt);
}
