import { CommandError } from '../command/command-error.ts';
import { findConnection } from '../keys/connection.ts';

export interface SigningSecret {
  readonly origin: string;
  readonly keyId: string;
  readonly secret: string;
}

/** An answer takes milliseconds; after this the edge hangs. */
const TIMEOUT_MS = 30_000;

/**
 * The URL signing secret of GALIP_API_KEY, from GALIP_URL; where neither is set, of the stack that `npm start` runs with
 * this data folder.
 * @throws CommandError that names what is missing or what the edge says, never a key.
 */
export async function fetchSigningSecret(
  environment: Readonly<Record<string, string | undefined>>,
  dataDir: string,
): Promise<SigningSecret> {
  const { url, key } = await findConnection(environment, dataDir, 'GALIP_API_KEY');
  const { origin } = url;
  const response = await fetch(`${origin}/v1/url-signing-secret`, {
    headers: { authorization: `Bearer ${key}` },
    // The key goes to this origin alone.
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch((cause: unknown) => {
    throw new CommandError(`${origin} does not answer. Is it running?`, { cause });
  });
  const answer = (await response.json().catch(() => ({}))) as {
    readonly key_id?: string;
    readonly secret?: string;
    readonly error?: { readonly message?: string };
  };
  if (response.ok && answer.key_id && answer.secret) {
    return { origin, keyId: answer.key_id, secret: answer.secret };
  }
  throw new CommandError(
    `${response.status}: ${answer.error?.message ?? 'the answer is not that of this API'}`,
  );
}
