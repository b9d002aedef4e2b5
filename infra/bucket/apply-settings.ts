import { isDeepStrictEqual } from 'node:util';
import { S3ServiceException } from '@aws-sdk/client-s3';
import type { Json, Setting, SettingName } from './setting.ts';

export interface SettingOutcome {
  readonly name: SettingName;
  /** `refused`: the service does not take it, or reads it back as something else; `reason` says what it said. */
  readonly outcome: 'unchanged' | 'changed' | 'would change' | 'refused';
  readonly current: Json;
  readonly wanted: Json;
  readonly reason?: string;
}

/** How services say that nothing is set. */
const NOT_SET = new Set([
  'NoSuchBucketPolicy',
  'NoSuchCORSConfiguration',
  'NoSuchLifecycleConfiguration',
  'NoSuchPublicAccessBlockConfiguration',
  'ServerSideEncryptionConfigurationNotFoundError',
]);

/** Of no setting but of the whole call: the bucket, the credentials. */
const FATAL = new Set(['NoSuchBucket', 'InvalidAccessKeyId', 'SignatureDoesNotMatch', 'AccessDenied']);

/**
 * Makes each setting what is wanted and reads it back; what is so already is left alone. A setting that the service
 * refuses does not keep the next one from being made.
 * @throws S3ServiceException where the bucket or the credentials are wrong, or the service fails.
 */
export async function applySettings(
  settings: readonly Setting[],
  { dryRun }: { readonly dryRun: boolean },
): Promise<SettingOutcome[]> {
  const outcomes: SettingOutcome[] = [];
  for (const setting of settings) outcomes.push(await applySetting(setting, dryRun));
  return outcomes;
}

async function applySetting(
  { name, wanted, read, write }: Setting,
  dryRun: boolean,
): Promise<SettingOutcome> {
  let current: Json = null;
  try {
    current = await readOrNull(read);
    if (isDeepStrictEqual(current, wanted)) return { name, outcome: 'unchanged', current, wanted };
    if (dryRun) return { name, outcome: 'would change', current, wanted };
    await write();
    const written = await readOrNull(read);
    if (isDeepStrictEqual(written, wanted)) return { name, outcome: 'changed', current, wanted };
    const reason = `it was taken, and reads back as ${JSON.stringify(written)}`;
    return { name, outcome: 'refused', current, wanted, reason };
  } catch (error) {
    return { name, outcome: 'refused', current, wanted, reason: refusalOf(error) };
  }
}

async function readOrNull(read: Setting['read']): Promise<Json> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof S3ServiceException && NOT_SET.has(error.name)) return null;
    throw error;
  }
}

/** What the service said of this setting alone; all else is thrown again. */
function refusalOf(error: unknown): string {
  if (!(error instanceof S3ServiceException) || FATAL.has(error.name)) throw error;
  const status = error.$metadata.httpStatusCode ?? 0;
  if (status >= 500 && status !== 501) throw error;
  return `the service answers ${status} ${error.name}`;
}
