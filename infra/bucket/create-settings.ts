import {
  GetBucketCorsCommand,
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketPolicyCommand,
  GetPublicAccessBlockCommand,
  type LifecycleRule,
  PutBucketCorsCommand,
  PutBucketEncryptionCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketPolicyCommand,
  PutPublicAccessBlockCommand,
  type S3Client,
  type ServerSideEncryptionRule,
} from '@aws-sdk/client-s3';
import { CORS_RULES, ENCRYPTION_RULES, LIFECYCLE_RULES, PUBLIC_ACCESS, policyOf } from './bucket-settings.ts';
import type { Json, Setting } from './setting.ts';

/** All settings of a bucket. A policy that makes objects public is refused before `public-access` allows it. */
export function createSettings(client: S3Client, Bucket: string): Setting[] {
  return [
    {
      name: 'encryption',
      wanted: algorithmsOf(ENCRYPTION_RULES),
      async read() {
        const command = new GetBucketEncryptionCommand({ Bucket });
        const { ServerSideEncryptionConfiguration: found } = await client.send(command);
        return algorithmsOf(found?.Rules ?? []);
      },
      async write() {
        const ServerSideEncryptionConfiguration = { Rules: [...ENCRYPTION_RULES] };
        await client.send(new PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration }));
      },
    },
    {
      name: 'lifecycle',
      wanted: jsonOf(LIFECYCLE_RULES.map(withPlainPrefix)),
      async read() {
        const { Rules } = await client.send(new GetBucketLifecycleConfigurationCommand({ Bucket }));
        return jsonOf((Rules ?? []).map(withPlainPrefix));
      },
      async write() {
        const LifecycleConfiguration = { Rules: [...LIFECYCLE_RULES] };
        await client.send(new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration }));
      },
    },
    {
      name: 'cors',
      wanted: jsonOf(CORS_RULES),
      async read() {
        const { CORSRules } = await client.send(new GetBucketCorsCommand({ Bucket }));
        return jsonOf(CORSRules ?? []);
      },
      async write() {
        const CORSConfiguration = { CORSRules: [...CORS_RULES] };
        await client.send(new PutBucketCorsCommand({ Bucket, CORSConfiguration }));
      },
    },
    {
      name: 'public-access',
      wanted: jsonOf(PUBLIC_ACCESS),
      async read() {
        const { PublicAccessBlockConfiguration: found } = await client.send(
          new GetPublicAccessBlockCommand({ Bucket }),
        );
        return jsonOf(found ?? {});
      },
      async write() {
        const PublicAccessBlockConfiguration = PUBLIC_ACCESS;
        await client.send(new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration }));
      },
    },
    {
      name: 'policy',
      wanted: jsonOf(policyOf(Bucket)),
      async read() {
        const { Policy = '{}' } = await client.send(new GetBucketPolicyCommand({ Bucket }));
        return jsonOf(JSON.parse(Policy));
      },
      async write() {
        await client.send(new PutBucketPolicyCommand({ Bucket, Policy: JSON.stringify(policyOf(Bucket)) }));
      },
    },
  ];
}

/** Services add what else they know of a key. */
function algorithmsOf(rules: readonly ServerSideEncryptionRule[]): Json {
  return rules.map(({ ApplyServerSideEncryptionByDefault: rule }) => rule?.SSEAlgorithm ?? null);
}

/** Ceph gives a filter by prefix as the older field of the rule itself. */
function withPlainPrefix({ Filter, Prefix, ...rule }: LifecycleRule): object {
  const { Prefix: prefix = Prefix ?? '', ...others } = Filter ?? {};
  return { ...rule, prefix, ...(Object.keys(others).length > 0 && { others }) };
}

/** Fields and texts of a list in alphabetical order, since services keep them in their own, and none that is undefined. */
function jsonOf(value: unknown): Json {
  if (Array.isArray(value)) return value.map(jsonOf).sort(byText);
  if (typeof value !== 'object' || value === null) return value as Json;
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  return Object.fromEntries(
    fields.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, field]) => [key, jsonOf(field)]),
  );
}

/** Lists of anything but texts stay as they are. */
function byText(a: Json, b: Json): number {
  return typeof a === 'string' && typeof b === 'string' && a !== b ? (a < b ? -1 : 1) : 0;
}
