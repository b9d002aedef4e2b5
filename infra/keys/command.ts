import type { AdminApi, Entry } from './admin-api.ts';

export const OPTION_VALUES = {
  name: 'TEXT',
  scopes: 'LIST',
  tenant: 'ID',
  kind: 'live|test',
  expires: 'WHEN',
  rate: 'N',
  day: 'N',
  month: 'N',
  total: 'N',
  overlap: 'TIME',
  plan: 'prepaid|postpaid',
  status: 'active|suspended',
  shards: 'N',
  units: 'N',
  grant: 'TEXT',
  note: 'TEXT',
} as const;

export type OptionName = keyof typeof OPTION_VALUES;

/** What a command was given: checked to be options that it takes, and those that it needs. */
export interface CommandInput {
  /** The key or tenant; empty for a command that takes none. */
  readonly id: string;
  readonly options: Readonly<Partial<Record<OptionName, string>>>;
  /** Seconds since 1970. */
  readonly nowS: number;
}

/** What is printed: `text` for people, `json` with --json. */
export interface CommandOutput {
  readonly text: string;
  readonly json: Entry | readonly Entry[];
}

export interface Command {
  /** As it is typed: `create`, `tenant create`. */
  readonly name: string;
  readonly takesId: boolean;
  readonly requires: readonly OptionName[];
  readonly allows: readonly OptionName[];
  readonly summary: string;
  readonly run: (input: CommandInput, api: AdminApi) => Promise<CommandOutput>;
}
