import { createApiKey, hashApiKey } from '../../gpu-backend/contract/api-key.ts';
import { CommandError } from '../command/command-error.ts';
import type { Command } from './command.ts';

const DEFAULT_TENANT = 'operator';

/** The first key of a new installation, which no other key can issue. Asks nobody: the database gets a hash. */
export const BOOTSTRAP: Command = {
  name: 'bootstrap',
  takesId: false,
  requires: [],
  allows: ['tenant'],
  summary: 'a first operator key for a deployed Worker, and the command that makes its database know it',
  async run({ options: { tenant = DEFAULT_TENANT }, nowS }) {
    if (!/^[a-z0-9][a-z0-9_-]{0,62}$/u.test(tenant)) {
      throw new CommandError(
        `--tenant is ${JSON.stringify(tenant)}: it must be 1 … 63 of a-z, 0-9, - and _.`,
      );
    }
    const key = createApiKey('live');
    const sql = [
      'INSERT INTO tenants (id, name, plan, status, operator, created_at)',
      `VALUES ('${tenant}', '${tenant}', 'postpaid', 'active', 1, ${nowS})`,
      'ON CONFLICT (id) DO UPDATE SET operator = 1;',
      'INSERT INTO api_keys (id, hash, tenant, name, kind, scopes, created_at)',
      `VALUES ('${key.id}', '${await hashApiKey(key)}', '${tenant}', 'bootstrap', 'live', 'generate read admin', ${nowS});`,
    ].join(' ');
    const text = [
      key.text,
      '',
      'This is shown once: store it now. It holds once this has run:',
      '',
      `npx wrangler d1 execute DB --env production --remote --command "${sql}"`,
    ].join('\n');
    return { text, json: { key: key.text, sql } };
  },
};
