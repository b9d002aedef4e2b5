import { join } from 'node:path';
import { parseApiKey } from '../../gpu-backend/contract/api-key.ts';
import { CommandError } from '../command/command-error.ts';
import type { DevSession } from '../local/dev-session.ts';
import { readJsonFile } from '../local/secret-file.ts';

/** Which edge is asked, and the key for it. */
export interface Connection {
  readonly url: URL;
  readonly key: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Only to these may a key go unencrypted. */
const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/u;

/**
 * GALIP_URL and the key in `keyName`; where neither is set, the stack that `npm start` runs with this data folder.
 * @throws CommandError that names what is missing or wrong, never a key.
 */
export async function findConnection(
  environment: Environment,
  dataDir: string,
  keyName: 'GALIP_ADMIN_KEY' | 'GALIP_API_KEY' = 'GALIP_ADMIN_KEY',
): Promise<Connection> {
  const { GALIP_URL, [keyName]: key } = environment;
  if (GALIP_URL && key) return checked(GALIP_URL, key, 'GALIP_URL', keyName);
  if (GALIP_URL || key) {
    throw new CommandError(
      `${GALIP_URL ? 'GALIP_URL' : keyName} is set alone: set GALIP_URL and ${keyName}, or neither.`,
    );
  }
  const file = join(dataDir, 'dev.json');
  const session = (await readJsonFile(file)) as Partial<DevSession> | undefined;
  if (!session?.url || !session.apiKey) {
    throw new CommandError(`There is no ${file}: run \`npm start\`, or set GALIP_URL and ${keyName}.`);
  }
  return checked(session.url, session.apiKey, `${file}: url`, `${file}: apiKey`);
}

function checked(urlText: string, key: string, urlName: string, keyName: string): Connection {
  const url = URL.canParse(urlText) ? new URL(urlText) : undefined;
  const secure = url?.protocol === 'https:' || (url?.protocol === 'http:' && LOOPBACK.test(url.hostname));
  if (!url || !secure || url.username || url.pathname !== '/' || url.search || url.hash) {
    throw new CommandError(`${urlName} must be an origin: https://…, or http://… of this machine.`);
  }
  if (!parseApiKey(key))
    throw new CommandError(`${keyName} is not an API key (glp_…): it was cut or mistyped.`);
  return { url, key };
}
