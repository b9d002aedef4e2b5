import type { Entry } from './admin-api.ts';
import type { Command, CommandInput, CommandOutput } from './command.ts';
import { formatTenants } from './format-entries.ts';
import { limitsOf, parseUnits } from './option-values.ts';

const shown = (tenant: Entry): CommandOutput => ({ text: formatTenants([tenant]), json: tenant });
const BUDGETS = ['day', 'month', 'total'] as const;

const tenantPath = (id: string): string => `/tenants/${encodeURIComponent(id)}`;

/** The fields of a request that options give; those not given are left out. */
function fieldsOf({ options }: CommandInput): Entry {
  const { name, plan, status, shards } = options;
  const limits = limitsOf(options);
  return {
    ...(name !== undefined && { name }),
    ...(plan !== undefined && { plan }),
    ...(status !== undefined && { status }),
    ...(shards !== undefined && { shards: parseUnits('--shards', shards) }),
    ...(limits && { limits }),
  };
}

export const TENANT_COMMANDS: readonly Command[] = [
  {
    name: 'tenant create',
    takesId: true,
    requires: ['name'],
    allows: ['plan', 'shards', ...BUDGETS],
    summary: 'make a tenant (prepaid)',
    run: async (input, api) =>
      shown(await api.call('POST', '/tenants', { id: input.id, ...fieldsOf(input) })),
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
    allows: ['name', 'plan', 'status', 'shards'],
    summary:
      'change name or plan, suspend or activate, spread the keys made from now on over --shards ledgers',
    run: async (input, api) => shown(await api.call('PATCH', tenantPath(input.id), fieldsOf(input))),
  },
  {
    name: 'tenant budget',
    takesId: true,
    requires: [],
    allows: BUDGETS,
    summary: 'set units a day, a month and in all of all its keys together; "none" lifts a limit',
    run: async (input, api) => shown(await api.call('PATCH', tenantPath(input.id), fieldsOf(input))),
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
