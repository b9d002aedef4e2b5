import { CommandError } from '../command/command-error.ts';
import { readOptions } from '../command/read-options.ts';
import { SETTING_NAMES, type SettingName } from './setting.ts';

export const USAGE: string = `npm run infra:bucket -- --endpoint URL --bucket NAME [--region REGION] [--dry-run] [--skip NAME[,NAME]]

Gives a bucket its ${SETTING_NAMES.join(', ')}; prints what changes, and changes
nothing where all is as it should be. --dry-run only prints. --skip leaves out what a service does not have. Takes
S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY, of a key that may configure the bucket, from the environment.`;

export interface BucketCommand {
  readonly endpoint: string;
  readonly bucket: string;
  readonly region: string;
  readonly dryRun: boolean;
  readonly settings: readonly SettingName[];
}

/**
 * The command line of `npm run infra:bucket`; undefined where help is asked for.
 * @throws CommandError naming the option that is wrong, and what is allowed.
 */
export function parseCommand(argv: readonly string[]): BucketCommand | undefined {
  const values = parse(argv);
  if (values.help) return undefined;
  const { endpoint, bucket } = values;
  const url = URL.parse(endpoint ?? '');
  if (endpoint === undefined || !url || !/^https?:$/u.test(url.protocol) || url.username !== '') {
    const given = endpoint === undefined || url?.username ? '' : ` is ${JSON.stringify(endpoint)}:`;
    throw new CommandError(`--endpoint${given} must be an http or https URL without credentials.`);
  }
  if (bucket === undefined || !/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/u.test(bucket)) {
    const given = bucket === undefined ? '' : ` is ${JSON.stringify(bucket)}:`;
    throw new CommandError(`--bucket${given} must be 3 to 63 of a to z, 0 to 9, dots and dashes.`);
  }
  const skipped = (values.skip ?? '').split(',').filter(Boolean);
  const unknown = skipped.find((name) => !SETTING_NAMES.some((known) => known === name));
  if (unknown !== undefined) {
    throw new CommandError(`--skip has ${JSON.stringify(unknown)}: it takes ${SETTING_NAMES.join(', ')}.`);
  }
  return {
    endpoint,
    bucket,
    region: values.region ?? 'auto',
    dryRun: values['dry-run'] ?? false,
    settings: SETTING_NAMES.filter((name) => !skipped.includes(name)),
  };
}

function parse(argv: readonly string[]) {
  const string = { type: 'string' } as const;
  return readOptions({
    args: [...argv],
    options: {
      endpoint: string,
      bucket: string,
      region: string,
      'dry-run': { type: 'boolean' },
      skip: string,
      help: { type: 'boolean', short: 'h' },
    },
  }).values;
}
