import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { StartError } from './start-error.ts';

/** SQLite's result code when another connection holds the lock. @see https://www.sqlite.org/rescode.html */
const SQLITE_BUSY = 5;
/** Another program may be in the middle of writing its process id. */
const WAIT_MS = 500;

/** The data folder is this program's until it lets go, or ends in whatever way. */
export interface DataLock {
  release(): void;
}

/**
 * Takes the data folder for this program. The lock is a transaction that stays open in the SQLite file `lock`: the system
 * ends it with the process, also a killed one, so that there are no stale locks to tell from real ones.
 * @throws StartError naming the folder and the program that has it.
 */
export function lockDataFolder(dataDir: string): DataLock {
  const database = open(dataDir);
  try {
    database.exec(`
      BEGIN IMMEDIATE;
      CREATE TABLE IF NOT EXISTS owner (pid INTEGER NOT NULL);
      DELETE FROM owner;
      INSERT INTO owner VALUES (${process.pid});
      COMMIT;
      BEGIN IMMEDIATE;`);
  } catch (cause) {
    const reason = isBusy(cause) ? inUse(ownerOf(database)) : unusable(cause);
    database.close();
    throw new StartError(`--data is ${dataDir}: ${reason}`, { cause });
  }
  return {
    release: () => database.close(),
  };
}

function open(dataDir: string): DatabaseSync {
  try {
    return new DatabaseSync(join(dataDir, 'lock'), { timeout: WAIT_MS });
  } catch (cause) {
    throw new StartError(`--data is ${dataDir}: ${unusable(cause)}`, { cause });
  }
}

function isBusy(error: unknown): boolean {
  return (error as { errcode?: number }).errcode === SQLITE_BUSY;
}

function inUse(pid: unknown): string {
  const owner = pid === undefined ? 'Another npm start' : `Another npm start (process ${pid})`;
  return `${owner} uses that folder. End it, or choose another folder and port: npm start -- --data DIR --port N`;
}

function unusable(cause: unknown): string {
  return `its file "lock" cannot be used (${(cause as Error).message}).`;
}

/** Undefined where the other has not come to write it. */
function ownerOf(database: DatabaseSync): unknown {
  try {
    return database.prepare('SELECT pid FROM owner').get()?.pid;
  } catch {
    return undefined;
  }
}
