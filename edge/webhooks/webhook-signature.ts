const PREFIX = 'whsec_';
/** Standard Webhooks asks for 24 … 64. */
const SECRET_BYTES = 32;

/** A new signing secret: `whsec_` and base64. */
export function createWebhookSecret(): string {
  return PREFIX + base64Of(crypto.getRandomValues(new Uint8Array(SECRET_BYTES)));
}

export interface SignedMessage {
  /** The same for every delivery of the message: by it receivers know repetitions. */
  readonly id: string;
  /** Of this delivery, seconds since 1970: by it receivers refuse old ones. */
  readonly timestamp: number;
  readonly body: string;
}

/**
 * Headers of Standard Webhooks 1.0.0: HMAC-SHA-256 over `id.timestamp.body`, once with each secret, so that receivers go
 * on while a secret is exchanged. @see https://github.com/standard-webhooks/standard-webhooks
 */
export async function signMessage(
  { id, timestamp, body }: SignedMessage,
  secrets: readonly string[],
): Promise<Record<string, string>> {
  const content = new TextEncoder().encode(`${id}.${timestamp}.${body}`);
  const signatures = await Promise.all(
    secrets.map(async (secret) => {
      const bytes = Uint8Array.from(atob(secret.slice(PREFIX.length)), (character) =>
        character.charCodeAt(0),
      );
      const key = await crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, [
        'sign',
      ]);
      return `v1,${base64Of(new Uint8Array(await crypto.subtle.sign('HMAC', key, content)))}`;
    }),
  );
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': signatures.join(' '),
  };
}

function base64Of(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}
