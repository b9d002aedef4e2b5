import { join } from 'node:path';
import { type ApiKey, createApiKey, parseApiKey } from '../../gpu-backend/contract/api-key.ts';
import { readJsonFile, writeSecretFile } from './secret-file.ts';

/** `dev.json` of the data folder: where the running stack is and how to talk to it. */
export interface DevSession {
  readonly url: string;
  /** The development key in full; the database keeps its hash alone. */
  readonly apiKey: string;
  readonly backendUrl: string;
  readonly s3Endpoint: string;
}

function sessionFile(dataDir: string): string {
  return join(dataDir, 'dev.json');
}

/** The key of the last start, or a new one. */
export async function loadDevKey(dataDir: string): Promise<ApiKey> {
  const kept = (await readJsonFile(sessionFile(dataDir))) as Partial<DevSession> | undefined;
  const key = typeof kept?.apiKey === 'string' ? parseApiKey(kept.apiKey) : undefined;
  return key ?? createApiKey('test');
}

export function writeDevSession(dataDir: string, session: DevSession): Promise<void> {
  return writeSecretFile(sessionFile(dataDir), `${JSON.stringify(session, null, 2)}\n`);
}
