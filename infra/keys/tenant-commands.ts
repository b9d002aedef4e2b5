import type { Entry } from './admin-api.ts';
import type { Command, CommandOutput } from './command.ts';
import { formatTenants } from './format-entries.ts';
import { parseUnits } from './option-values.ts';

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
  {
    name: 'tenant credit',
    takesId: true,
    requires: ['units', 'grant'],
    allows: ['note'],
    summary: 'give prepaid units; --grant names the payment: the same one again adds nothing',
    async run({ id, options: { units = '', grant, note } }, api) {
      const body = { id: grant, units: parseUnits('--units', units), ...(note !== undefined && { note }) };
      const balance = await api.call('POST', `${tenantPath(id)}/credits`, body);
      return { text: `Available: ${balance.available ?? 'no limit (postpaid)'}`, json: balance };
    },
  },
];
