import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CommandError } from './command-error.ts';

/** Which service is asked, and the key for it. */
export interface Connection {
  readonly baseUrl: string;
  readonly apiKey: string;
}

/** Only to these may a key go unencrypted. */
const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/u;

/**
 * The service of `--base-url` or GALIP_BASE_URL with the key in GALIP_API_KEY; where none of them is set, the one that
 * `npm start` runs in `folder`.
 * @throws CommandError that names what is missing or wrong, never a key.
 */
export async function findConnection(
  given: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
  folder: string,
): Promise<Connection> {
  const baseUrl = given || environment.GALIP_BASE_URL;
  const apiKey = environment.GALIP_API_KEY;
  if (baseUrl && apiKey) return checked({ baseUrl, apiKey });
  if (baseUrl || apiKey) {
    const missing = baseUrl ? 'GALIP_API_KEY' : 'GALIP_BASE_URL';
    throw new CommandError(`${missing} is missing: a service and its key go together.`);
  }
  const file = join(folder, '.data', 'dev.json');
  const session = await readFile(file, 'utf8').then(JSON.parse, () => undefined);
  if (typeof session?.url !== 'string' || typeof session.apiKey !== 'string') {
    throw new CommandError('Set GALIP_BASE_URL (where the service is) and GALIP_API_KEY (glp_…).');
  }
  return checked({ baseUrl: session.url, apiKey: session.apiKey });
}

function checked(connection: Connection): Connection {
  const { baseUrl } = connection;
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && LOOPBACK.test(url.hostname));
  if (isSafe && url.pathname === '/' && !url.search && !url.hash && !url.username) return connection;
  throw new CommandError('The base URL must be an origin: https://…, or http://… of this machine.');
}
