import type { Entry } from './admin-api.ts';
import type { Command, CommandInput, CommandOutput } from './command.ts';
import { formatIssued, formatKeys } from './format-entries.ts';
import { limitsOf, parseDuration, parseExpiry, parseScopes } from './option-values.ts';

const LIMITS = ['rate', 'day', 'month', 'total'] as const;

const keyPath = (id: string): string => `/keys/${encodeURIComponent(id)}`;
const shown = (key: Entry): CommandOutput => ({ text: formatKeys([key]), json: key });
const issued = (key: Entry): CommandOutput => ({ text: formatIssued(key), json: key });

/** The fields of a request that options give; those not given are left out. */
function fieldsOf({ options, nowS }: CommandInput): Entry {
  const { name, scopes, tenant, kind, expires } = options;
  const limits = limitsOf(options);
  return {
    ...(name !== undefined && { name }),
    ...(scopes !== undefined && { scopes: parseScopes(scopes) }),
    ...(tenant !== undefined && { tenant }),
    ...(kind !== undefined && { kind }),
    ...(expires !== undefined && { expires_at: parseExpiry(expires, nowS) }),
    ...(limits && { limits }),
  };
}

export const KEY_COMMANDS: readonly Command[] = [
  {
    name: 'create',
    takesId: false,
    requires: ['name', 'scopes'],
    allows: ['tenant', 'kind', 'expires', ...LIMITS],
    summary: 'issue a key; its text is printed this once',
    run: async (input, api) => issued(await api.call('POST', '/keys', fieldsOf(input))),
  },
  {
    name: 'list',
    takesId: false,
    requires: [],
    allows: ['tenant'],
    summary: 'the keys, newest first',
    async run({ options: { tenant } }, api) {
      const keys = await api.list('/keys', tenant === undefined ? {} : { tenant });
      return { text: formatKeys(keys), json: keys };
    },
  },
  {
    name: 'show',
    takesId: true,
    requires: [],
    allows: [],
    summary: 'one key',
    run: async ({ id }, api) => shown(await api.call('GET', keyPath(id))),
  },
  {
    name: 'budget',
    takesId: true,
    requires: [],
    allows: LIMITS,
    summary: 'set requests a minute, units a day, a month and in all; "none" lifts a limit',
    run: async (input, api) => shown(await api.call('PATCH', keyPath(input.id), fieldsOf(input))),
  },
  {
    name: 'change',
    takesId: true,
    requires: [],
    allows: ['name', 'scopes', 'expires'],
    summary: 'change name, scopes or expiry',
    run: async (input, api) => shown(await api.call('PATCH', keyPath(input.id), fieldsOf(input))),
  },
  {
    name: 'reroll',
    takesId: true,
    requires: [],
    allows: ['overlap'],
    summary: 'a new secret for the key; the old one holds for --overlap (24h)',
    async run({ id, options: { overlap } }, api) {
      const body = overlap === undefined ? {} : { overlap_s: parseDuration('--overlap', overlap) };
      return issued(await api.call('POST', `${keyPath(id)}/reroll`, body));
    },
  },
  {
    name: 'revoke',
    takesId: true,
    requires: [],
    allows: [],
    summary: 'end a key for ever, everywhere within a minute',
    run: async ({ id }, api) => shown(await api.call('DELETE', keyPath(id))),
  },
];
