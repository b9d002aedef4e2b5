import { join } from 'node:path';
import { parseApiKey } from '../../gpu-backend/contract/api-key.ts';
import type { DevSession } from '../local/dev-session.ts';
import { readJsonFile } from '../local/secret-file.ts';
import { CommandError } from './command-error.ts';

/** Which edge is managed, and the admin key for it. */
export interface Connection {
  readonly url: URL;
  readonly key: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Only to these may a key go unencrypted. */
const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/u;

/**
 * GALIP_URL and GALIP_ADMIN_KEY; where neither is set, the stack that `npm start` runs with this data folder.
 * @throws CommandError that names what is missing or wrong, never a key.
 */
export async function findConnection(environment: Environment, dataDir: string): Promise<Connection> {
  const { GALIP_URL, GALIP_ADMIN_KEY } = environment;
  if (GALIP_URL && GALIP_ADMIN_KEY)
    return checked(GALIP_URL, GALIP_ADMIN_KEY, 'GALIP_URL', 'GALIP_ADMIN_KEY');
  if (GALIP_URL || GALIP_ADMIN_KEY) {
    throw new CommandError(
      `${GALIP_URL ? 'GALIP_URL' : 'GALIP_ADMIN_KEY'} is set alone: set GALIP_URL and GALIP_ADMIN_KEY, or neither.`,
    );
  }
  const file = join(dataDir, 'dev.json');
  const session = (await readJsonFile(file)) as Partial<DevSession> | undefined;
  if (!session?.url || !session.apiKey) {
    throw new CommandError(`There is no ${file}: run \`npm start\`, or set GALIP_URL and GALIP_ADMIN_KEY.`);
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
