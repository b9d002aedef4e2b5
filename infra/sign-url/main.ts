import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { urlPartsOf } from '../../gpu-backend/contract/signable-file.ts';
import { signedPathOf } from '../../gpu-backend/contract/url-signature.ts';
import { CommandError } from '../command/command-error.ts';
import { parseCommand, USAGE } from './parse-command.ts';
import { fetchSigningSecret } from './signing-secret.ts';

// `npm run sign-url`: a URL that makes its picture.

const root = fileURLToPath(new URL('../../', import.meta.url));

async function run(argv: readonly string[]): Promise<string> {
  const command = parseCommand(argv, Math.floor(Date.now() / 1000));
  if (!command) return USAGE;
  const { file, dataDir } = command;
  const folder =
    dataDir === undefined ? resolve(root, '.data') : resolve(process.env.INIT_CWD ?? '', dataDir);
  const { origin, keyId, secret } = await fetchSigningSecret(process.env, folder);
  return origin + (await signedPathOf({ ...urlPartsOf(file), keyId }, secret));
}

try {
  console.log(await run(process.argv.slice(2)));
} catch (error) {
  console.error(error instanceof CommandError ? error.message : error);
  process.exitCode = 1;
}
