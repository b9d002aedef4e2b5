/**
 * Signed image URLs, `galip-url-1`: `/s/{key id}/{signature}/{options}/{prompt}.{extension}`. The signature is
 * HMAC-SHA-256 (RFC 2104), base64url without padding (RFC 4648 §5), over these lines joined by `\n`: the scheme, key id,
 * options, extension, prompt; each as it is before percent-encoding, so that whoever re-encodes a URL on its way breaks
 * nothing.
 */
export const URL_SCHEME = 'galip-url-1';

/** Stands for no options. */
export const NO_URL_OPTIONS = '-';

export interface SignableUrl {
  /** Id of the API key that is charged. */
  readonly keyId: string;
  /** `name:value[,name:value…]` or {@link NO_URL_OPTIONS}. */
  readonly options: string;
  readonly prompt: string;
  readonly extension: string;
}

/** 43 characters of base64url. */
export async function signUrl(url: SignableUrl, secret: string): Promise<string> {
  const bytes = String.fromCharCode(...new Uint8Array(await urlHmac(secret, textOf(url))));
  return btoa(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** The signed path. */
export async function signedPathOf(url: SignableUrl, secret: string): Promise<string> {
  const { keyId, options, prompt, extension } = url;
  const signature = await signUrl(url, secret);
  return `/s/${keyId}/${signature}/${encodeURIComponent(options)}/${encodeURIComponent(prompt)}.${extension}`;
}

/** Whether one of the secrets made the signature; in a time that depends on none of them. */
export async function verifyUrl(
  url: SignableUrl,
  signature: string,
  secrets: readonly string[],
): Promise<boolean> {
  if (!/^[\w-]{43}$/u.test(signature)) return false;
  const given = Uint8Array.from(atob(signature.replaceAll('-', '+').replaceAll('_', '/')), (character) =>
    character.charCodeAt(0),
  );
  const holds = await Promise.all(
    secrets.map(async (secret) =>
      crypto.subtle.verify('HMAC', await importKey(secret), given, new TextEncoder().encode(textOf(url))),
    ),
  );
  return holds.includes(true);
}

function textOf({ keyId, options, prompt, extension }: SignableUrl): string {
  return [URL_SCHEME, keyId, options, extension, prompt].join('\n');
}

/** HMAC-SHA-256 of a text under a secret, both in UTF-8. */
export async function urlHmac(secret: string, text: string): Promise<ArrayBuffer> {
  return crypto.subtle.sign('HMAC', await importKey(secret), new TextEncoder().encode(text));
}

function importKey(secret: string): Promise<CryptoKey> {
  const bytes = new TextEncoder().encode(secret);
  return crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign', 'verify']);
}
