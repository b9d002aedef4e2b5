import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { readJsonFile, writeSecretFile } from './secret-file.ts';

/** The signing keys of this data folder: made once, at random, kept in `dev-secrets` (mode 0600). */
export async function loadSigningKeys(dataDir: string): Promise<string> {
  const path = join(dataDir, 'dev-secrets');
  const kept = (await readJsonFile(path)) as { signingKeys?: unknown } | undefined;
  if (typeof kept?.signingKeys === 'string') return kept.signingKeys;
  const signingKeys = `dev:${randomBytes(32).toString('base64url')}`;
  await writeSecretFile(path, `${JSON.stringify({ signingKeys })}\n`);
  return signingKeys;
}
