import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { urlSecretOf } from '../../gpu-backend/contract/url-secret.ts';
import {
  type SignableUrl,
  signedPathOf,
  signUrl,
  verifyUrl,
} from '../../gpu-backend/contract/url-signature.ts';

const URL_PARTS: SignableUrl = {
  keyId: 'abcdefABCDEF',
  options: 'size:128',
  prompt: 'a red apple',
  extension: 'webp',
};
const MASTER = { id: 'k1', secret: 'm'.repeat(32) };
const HASH = 'ab'.repeat(32);

/** The specification again, by Node's own HMAC. */
const expected = (secret: string, lines: readonly string[], encoding: 'hex' | 'base64url') =>
  createHmac('sha256', secret).update(lines.join('\n')).digest(encoding);

describe('a signed URL', () => {
  it('is signed as specified', async () => {
    const secret = await urlSecretOf(MASTER, URL_PARTS.keyId, HASH);
    expect(secret).toBe(expected(MASTER.secret, ['galip-url-1', 'secret', URL_PARTS.keyId, HASH], 'hex'));
    const lines = ['galip-url-1', URL_PARTS.keyId, 'size:128', 'webp', 'a red apple'];
    const signature = expected(secret, lines, 'base64url');
    expect(await signUrl(URL_PARTS, secret)).toBe(signature);
    expect(await signedPathOf(URL_PARTS, secret)).toBe(
      `/s/abcdefABCDEF/${signature}/size%3A128/a%20red%20apple.webp`,
    );
  });

  it('holds for its own parts and secret alone', async () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });
    const parts = fc.record({ keyId: text, options: text, prompt: text, extension: text });
    await fc.assert(
      fc.asyncProperty(parts, fc.constantFrom(...Object.keys(URL_PARTS)), text, async (url, field, other) => {
        const signature = await signUrl(url, 's1');
        expect(await verifyUrl(url, signature, ['s2', 's1'])).toBe(true);
        expect(await verifyUrl(url, signature, ['s2'])).toBe(false);
        const changed = { ...url, [field]: `${url[field as keyof SignableUrl]}${other}` };
        expect(await verifyUrl(changed, signature, ['s1'])).toBe(false);
      }),
    );
  });

  it.each(['', 'x', 'A'.repeat(42), 'A'.repeat(44), `${'A'.repeat(42)}=`, `${'A'.repeat(42)}+`])(
    'does not hold with the signature %j',
    async (signature) => {
      expect(await verifyUrl(URL_PARTS, signature, ['s1'])).toBe(false);
    },
  );

  it('does not hold with any bit of the signature changed', async () => {
    const signature = await signUrl(URL_PARTS, 's1');
    for (let at = 0; at < signature.length - 1; at++) {
      const other = signature[at] === 'A' ? 'B' : 'A';
      const tampered = signature.slice(0, at) + other + signature.slice(at + 1);
      expect(await verifyUrl(URL_PARTS, tampered, ['s1'])).toBe(false);
    }
  });

  it('has another secret for each key, hash and master', async () => {
    const secrets = await Promise.all([
      urlSecretOf(MASTER, 'a', HASH),
      urlSecretOf(MASTER, 'b', HASH),
      urlSecretOf(MASTER, 'a', 'cd'.repeat(32)),
      urlSecretOf({ ...MASTER, secret: 'n'.repeat(32) }, 'a', HASH),
    ]);
    expect(new Set(secrets).size).toBe(4);
  });
});
