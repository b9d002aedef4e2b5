import { parseApiKey } from '../../gpu-backend/contract/api-key.ts';
import { CommandError } from '../command/command-error.ts';
import { readOptions } from '../command/read-options.ts';
import { BOOTSTRAP } from './bootstrap.ts';
import { type Command, type CommandInput, OPTION_VALUES, type OptionName } from './command.ts';
import { KEY_COMMANDS } from './key-commands.ts';
import { TENANT_COMMANDS } from './tenant-commands.ts';

const COMMANDS = [...KEY_COMMANDS, ...TENANT_COMMANDS, BOOTSTRAP];
const NAMES = Object.keys(OPTION_VALUES) as OptionName[];

export interface ParsedCommand {
  readonly command: Command;
  readonly id: string;
  readonly options: CommandInput['options'];
  readonly json: boolean;
  /** As given; undefined: the default data folder. */
  readonly dataDir: string | undefined;
}

/**
 * The command line of `npm run keys`; undefined where help is asked for.
 * @throws CommandError naming the option or word that is wrong, and what is allowed.
 */
export function parseCommand(argv: readonly string[]): ParsedCommand | undefined {
  const { values, positionals } = parse(argv);
  if (values.help || positionals.length === 0) return undefined;
  const command = COMMANDS.find(({ name }) => {
    const words = name.split(' ');
    return words.every((word, at) => word === positionals[at]);
  });
  if (!command) {
    const known = COMMANDS.map(({ name }) => name).join(', ');
    throw new CommandError(`${JSON.stringify(positionals.join(' '))} is no command; there are ${known}.`);
  }
  const words = positionals.slice(command.name.split(' ').length);
  if (words.length !== Number(command.takesId)) {
    throw new CommandError(`Use: ${usageOf(command)}`);
  }
  const options = Object.fromEntries(
    NAMES.flatMap((name) => (values[name] === undefined ? [] : [[name, values[name]]])),
  );
  checkOptions(command, Object.keys(options) as OptionName[]);
  return {
    command,
    id: publicPart(words[0] ?? ''),
    options,
    json: values.json ?? false,
    dataDir: values.data,
  };
}

/** A key's id where the whole key, or its beginning, was given: the secret must not get into a URL. */
function publicPart(word: string): string {
  if (!word.startsWith('glp_')) return word;
  const [, id] = /^glp_(?:live|test)_([0-9A-Za-z]{12})_?$/u.exec(word) ?? [];
  const known = id ?? parseApiKey(word)?.id;
  if (known === undefined)
    throw new CommandError('That is not the ID of a key: give the 12 characters after glp_live_.');
  return known;
}

type RawValues = { [name in OptionName | 'data']?: string } & { json?: boolean; help?: boolean };

function parse(argv: readonly string[]): { values: RawValues; positionals: string[] } {
  return readOptions({
    args: [...argv],
    allowPositionals: true,
    options: {
      ...(Object.fromEntries(NAMES.map((name) => [name, { type: 'string' }])) as Record<
        OptionName,
        { type: 'string' }
      >),
      data: { type: 'string' },
      json: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
}

function checkOptions(command: Command, given: readonly OptionName[]): void {
  const allowed = [...command.requires, ...command.allows];
  const unknown = given.find((name) => !allowed.includes(name));
  const missing = command.requires.find((name) => !given.includes(name));
  if (unknown) throw new CommandError(`${command.name} takes no --${unknown}. Use: ${usageOf(command)}`);
  if (missing) throw new CommandError(`${command.name} needs --${missing}. Use: ${usageOf(command)}`);
}

function usageOf({ name, takesId, requires, allows }: Command): string {
  const option = (key: OptionName) => `--${key} ${OPTION_VALUES[key]}`;
  return [
    name,
    ...(takesId ? ['ID'] : []),
    ...requires.map(option),
    ...allows.map((key) => `[${option(key)}]`),
  ].join(' ');
}

export const USAGE: string = `npm run keys -- COMMAND [--json] [--data DIR]

${COMMANDS.map((command) => `  ${usageOf(command)}\n      ${command.summary}`).join('\n')}

  LIST  of generate, read, admin: generate,read
  WHEN  never, a duration from now (90d, 12h, 30m) or a date (2027-01-31)
  N     a whole number, or none

Talks to GALIP_URL with GALIP_ADMIN_KEY; where neither is set, to the stack that \`npm start\` runs.`;
