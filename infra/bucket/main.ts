import { S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { CommandError } from '../command/command-error.ts';
import { applySettings } from './apply-settings.ts';
import { createSettings } from './create-settings.ts';
import { describeOutcome } from './describe-outcome.ts';
import { parseCommand, USAGE } from './parse-command.ts';

// `npm run infra:bucket`: makes a bucket what bucket-settings.ts says.

/** Of the SDK at one call, for dropped connections, throttling and 5xx. */
const CALL_ATTEMPTS = 3;
/** Longer than that, the endpoint is not there, ms. */
const CONNECT_LIMIT_MS = 5_000;

async function run(argv: readonly string[]): Promise<string> {
  const command = parseCommand(argv);
  if (!command) return USAGE;
  const { endpoint, bucket, region, dryRun } = command;
  const client = new S3Client({
    endpoint,
    region,
    credentials: {
      accessKeyId: variable('S3_ACCESS_KEY_ID'),
      secretAccessKey: variable('S3_SECRET_ACCESS_KEY'),
    },
    forcePathStyle: true,
    maxAttempts: CALL_ATTEMPTS,
    requestHandler: { connectionTimeout: CONNECT_LIMIT_MS },
  });
  const settings = createSettings(client, bucket).filter(({ name }) => command.settings.includes(name));
  const outcomes = await applySettings(settings, { dryRun });
  const refused = outcomes.filter(({ outcome }) => outcome === 'refused').map(({ name }) => name);
  const lines = outcomes.map(describeOutcome);
  if (refused.length > 0) {
    process.exitCode = 1;
    lines.push(`Not all is set. Where the service does not have it: --skip ${refused.join(',')}`);
  }
  return lines.join('\n');
}

function variable(name: string): string {
  const value = process.env[name];
  if (value) return value;
  throw new CommandError(`${name} is not set: give the key of the bucket's owner in the environment.`);
}

/** Of the service's errors what names the trouble; their objects hold requests. */
function describeError(error: unknown): unknown {
  if (error instanceof CommandError) return error.message;
  if (error instanceof S3ServiceException) {
    return `The service answers ${error.$metadata.httpStatusCode} ${error.name}: ${error.message}`;
  }
  return error instanceof Error ? error.message || error : error;
}

try {
  console.log(await run(process.argv.slice(2)));
} catch (error) {
  console.error(describeError(error));
  process.exitCode = 1;
}
