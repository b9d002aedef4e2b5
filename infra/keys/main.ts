import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CommandError } from '../command/command-error.ts';
import { createAdminApi } from './admin-api.ts';
import { findConnection } from './connection.ts';
import { parseCommand, USAGE } from './parse-command.ts';

// `npm run keys`: API keys and tenants, by the admin API.

const root = fileURLToPath(new URL('../../', import.meta.url));

async function run(argv: readonly string[]): Promise<string> {
  const parsed = parseCommand(argv);
  if (!parsed) return USAGE;
  const { command, id, options, json, dataDir } = parsed;
  const folder =
    dataDir === undefined ? resolve(root, '.data') : resolve(process.env.INIT_CWD ?? '', dataDir);
  const api = createAdminApi(() => findConnection(process.env, folder), fetch);
  const output = await command.run({ id, options, nowS: Math.floor(Date.now() / 1000) }, api);
  return json ? JSON.stringify(output.json, null, 2) : output.text;
}

try {
  console.log(await run(process.argv.slice(2)));
} catch (error) {
  console.error(error instanceof CommandError ? error.message : error);
  process.exitCode = 1;
}
