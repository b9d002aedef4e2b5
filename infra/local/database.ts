import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { type ApiKey, hashApiKey } from '../../gpu-backend/contract/api-key.ts';
import { type ProcessGroup, startProcessGroup } from './process-group.ts';
import { StartError } from './start-error.ts';
import { wranglerEnvironment } from './wrangler.ts';

export interface DatabaseOptions {
  readonly root: string;
  readonly dataDir: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The development key: its hash is put into the database where it is not yet. */
  readonly key: ApiKey;
  /** Told of the process that does the work, so that the caller can end it. */
  readonly onStart: (process: ProcessGroup) => void;
}

/**
 * Brings the local D1 database to the state of edge/migrations and makes the development key known. A process of its
 * own does it: wrangler's library installs signal handlers that would end this one.
 * @throws StartError with what that process said.
 */
export async function prepareDatabase({
  root,
  dataDir,
  environment,
  key,
  onStart,
}: DatabaseOptions): Promise<void> {
  const lines: string[] = [];
  const group = startProcessGroup({
    args: [
      fileURLToPath(import.meta.resolve('./prepare-database.ts')),
      dataDir,
      key.id,
      await hashApiKey(key),
    ],
    cwd: root,
    env: { ...wranglerEnvironment(environment, dataDir), WRANGLER_LOG: 'error' },
    onLine: (line) => lines.push(line),
  });
  onStart(group);
  const end = await group.ended;
  if (end !== 'exit code 0') {
    throw new StartError(
      `The database could not be prepared (${end}):\n${stripVTControlCharacters(lines.join('\n'))}`,
    );
  }
}
