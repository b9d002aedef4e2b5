import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { readJsonFile, writeSecretFile } from './secret-file.ts';

/** The Worker's secrets, by variable. */
export type DevSecrets = Readonly<
  Record<'SIGNING_KEYS' | 'URL_SIGNING_KEYS' | 'RECEIPT_SIGNING_KEY', string>
>;

/** How each is made where the environment gives none. */
const MAKERS: Readonly<Record<keyof DevSecrets, () => string>> = {
  SIGNING_KEYS: randomSigningKey,
  URL_SIGNING_KEYS: randomSigningKey,
  RECEIPT_SIGNING_KEY: () =>
    JSON.stringify(generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' })),
};

/** The secrets of this data folder: each made once, at random, kept in `dev-secrets` (mode 0600). */
export async function loadDevSecrets(dataDir: string): Promise<DevSecrets> {
  const path = join(dataDir, 'dev-secrets');
  const kept = ((await readJsonFile(path)) ?? {}) as Partial<Record<string, unknown>>;
  // Its name before there were others.
  const signingKeys = kept.SIGNING_KEYS ?? kept.signingKeys;
  const secrets = Object.fromEntries(
    Object.entries(MAKERS).map(([name, make]) => {
      const known = name === 'SIGNING_KEYS' ? signingKeys : kept[name];
      return [name, typeof known === 'string' ? known : make()];
    }),
  ) as Record<keyof DevSecrets, string>;
  await writeSecretFile(path, `${JSON.stringify(secrets)}\n`);
  return secrets;
}

function randomSigningKey(): string {
  return `dev:${randomBytes(32).toString('base64url')}`;
}
