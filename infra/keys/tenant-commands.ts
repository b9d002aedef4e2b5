import type { Entry } from './admin-api.ts';
import type { Command, CommandOutput } from './command.ts';
import { formatTenants } from './format-entries.ts';

const shown = (tenant: Entry): CommandOutput => ({ text: formatTenants([tenant]), json: tenant });
const tenantPath = (id: string): string => `/tenants/${encodeURIComponent(id)}`;

export const TENANT_COMMANDS: readonly Command[] = [
  {
    name: 'tenant create',
    takesId: true,
    requires: ['name'],
    allows: ['plan'],
    summary: 'make a tenant (prepaid)',
    run: async ({ id, options }, api) => shown(await api.call('POST', '/tenants', { id, ...options })),
  },
  {
    name: 'tenant list',
    takesId: false,
    requires: [],
    allows: [],
    summary: 'the tenants, newest first',
    async run(_, api) {
      const tenants = await api.list('/tenants');
      return { text: formatTenants(tenants), json: tenants };
    },
  },
  {
    name: 'tenant show',
    takesId: true,
    requires: [],
    allows: [],
    summary: 'one tenant',
    run: async ({ id }, api) => shown(await api.call('GET', tenantPath(id))),
  },
  {
    name: 'tenant change',
    takesId: true,
    requires: [],
    allows: ['name', 'plan', 'status'],
    summary: 'change name or plan, suspend or activate',
    run: async ({ id, options }, api) => shown(await api.call('PATCH', tenantPath(id), { ...options })),
  },
];
