import { z } from 'zod';

/** Changes when what is signed changes. */
const RECEIPT_SCHEME = 'galip-receipt-1';

const id = z.string().min(1).max(256);
const base64Url = z.string().regex(/^[\w-]+$/u);

/** A charge as it is signed. */
const receiptFields = {
  scheme: z.literal(RECEIPT_SCHEME),
  chargeId: id,
  tenant: id,
  keyId: id,
  model: id,
  fingerprint: id,
  outcome: id,
  units: z.int().min(0),
  /** The UTC day whose budgets the units count in. */
  day: z.iso.date(),
  /** Milliseconds since 1970. */
  settledAt: z.int().min(0),
  /** Thumbprint (RFC 7638) of the public key that verifies the signature. */
  signer: base64Url,
};

/** A receipt: one line of JSON that holds by itself. `signature`: Ed25519 (RFC 8032), base64url. */
export const receiptSchema = z.strictObject({ ...receiptFields, signature: base64Url.length(86) });
export type Receipt = z.infer<typeof receiptSchema>;

/** What a receipt is made from. */
export type ReceiptCharge = Omit<Receipt, 'scheme' | 'signer' | 'signature'>;

const publicKeySchema = z.object({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  x: base64Url.length(43),
});

/** Public half of a signing key as a JSON Web Key (RFC 8037). */
export type ReceiptPublicKey = z.infer<typeof publicKeySchema>;

/** Keys as `GET /.well-known/galip-receipts.json` publishes them (RFC 7517). */
export const receiptKeySetSchema = z.object({ keys: z.array(publicKeySchema) });

/** The private half; JSON text of an Ed25519 JSON Web Key. */
export const receiptSigningKeySchema = publicKeySchema.extend({ d: base64Url.length(43) });
export type ReceiptSigningKey = z.infer<typeof receiptSigningKeySchema>;

export interface ReceiptSigner {
  readonly publicKey: ReceiptPublicKey;
  sign(charge: ReceiptCharge): Promise<Receipt>;
}

/** Signs receipts. Ed25519 is deterministic: the same charge always has the same receipt. */
export function createReceiptSigner({ kty, crv, x, d }: ReceiptSigningKey): ReceiptSigner {
  const publicKey = { kty, crv, x };
  const key = crypto.subtle.importKey('jwk', { ...publicKey, d }, 'Ed25519', false, ['sign']);
  const signer = thumbprintOf(publicKey);
  // Whoever signs hears of a broken key; nobody may be there yet.
  key.catch(() => undefined);
  return {
    publicKey,
    async sign({ chargeId, tenant, keyId, model, fingerprint, outcome, units, day, settledAt }) {
      const unsigned = {
        scheme: RECEIPT_SCHEME,
        chargeId,
        tenant,
        keyId,
        model,
        fingerprint,
        outcome,
        units,
        day,
        settledAt,
        signer: await signer,
      } as const;
      const signature = await crypto.subtle.sign('Ed25519', await key, signedBytesOf(unsigned));
      return { ...unsigned, signature: toBase64Url(new Uint8Array(signature)) };
    },
  };
}

export type ReceiptVerifier = (receipt: Receipt) => Promise<boolean>;

/** Whether receipts were signed by one of `keys` as they stand. */
export function createReceiptVerifier(keys: readonly ReceiptPublicKey[]): ReceiptVerifier {
  const imported = Promise.all(
    keys.map(async (key) => {
      const { kty, crv, x } = key;
      const usable = await crypto.subtle.importKey('jwk', { kty, crv, x }, 'Ed25519', false, ['verify']);
      return [await thumbprintOf(key), usable] as const;
    }),
  ).then((entries) => new Map(entries));
  imported.catch(() => undefined);
  return async (receipt) => {
    const key = (await imported).get(receipt.signer);
    if (!key) return false;
    const signature = fromBase64Url(receipt.signature);
    return crypto.subtle.verify('Ed25519', key, signature, signedBytesOf(receipt));
  };
}

/** All fields but the signature, as a JSON array in fixed order, in UTF-8. */
function signedBytesOf(receipt: Omit<Receipt, 'signature'>): Uint8Array<ArrayBuffer> {
  const { scheme, chargeId, tenant, keyId, model, fingerprint, outcome, units, day, settledAt, signer } =
    receipt;
  const fields = [
    scheme,
    chargeId,
    tenant,
    keyId,
    model,
    fingerprint,
    outcome,
    units,
    day,
    settledAt,
    signer,
  ];
  return new TextEncoder().encode(JSON.stringify(fields));
}

async function thumbprintOf({ crv, kty, x }: ReceiptPublicKey): Promise<string> {
  const canonical = new TextEncoder().encode(JSON.stringify({ crv, kty, x }));
  return toBase64Url(new Uint8Array(await crypto.subtle.digest('SHA-256', canonical)));
}

function toBase64Url(bytes: Uint8Array): string {
  const base64 = btoa(String.fromCharCode(...bytes));
  return base64.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}
