import type {
  CORSRule,
  LifecycleRule,
  PublicAccessBlockConfiguration,
  ServerSideEncryptionRule,
} from '@aws-sdk/client-s3';

/** Under it lie the pictures that are anybody's; private ones lie under `p/{tenant}/`. @see edge/pictures/README.md */
const PUBLIC_PREFIX = 'i/';

/** Pictures stay for ever: nothing but what an upload left behind that broke off is removed. */
export const LIFECYCLE_RULES: readonly LifecycleRule[] = [
  {
    ID: 'abort-broken-uploads',
    Status: 'Enabled',
    Filter: { Prefix: '' },
    AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
  },
];

/** Pages anywhere may read pictures; what is private stays so, since nobody without a signature gets it at all. */
export const CORS_RULES: readonly CORSRule[] = [
  {
    ID: 'read-pictures',
    AllowedMethods: ['GET', 'HEAD'],
    AllowedOrigins: ['*'],
    AllowedHeaders: ['range', 'if-none-match', 'if-range'],
    ExposeHeaders: ['etag', 'content-length', 'content-range', 'accept-ranges'],
    MaxAgeSeconds: 86_400,
  },
];

/** With the service's own keys: it is there from the first object on, and costs nothing. */
export const ENCRYPTION_RULES: readonly ServerSideEncryptionRule[] = [
  { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } },
];

/**
 * Public is what the policy says, and no object by an ACL of its own. BlockPublicAcls adds nothing to ignoring them,
 * and makes Ceph 16 refuse every put.
 */
export const PUBLIC_ACCESS: PublicAccessBlockConfiguration = {
  BlockPublicAcls: false,
  IgnorePublicAcls: true,
  BlockPublicPolicy: false,
  RestrictPublicBuckets: false,
};

/** Anybody may read public pictures by their names, and neither list them nor read anything else. */
export function policyOf(bucket: string): object {
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'ReadPublicPictures',
        Effect: 'Allow',
        Principal: '*',
        Action: 's3:GetObject',
        Resource: `arn:aws:s3:::${bucket}/${PUBLIC_PREFIX}*`,
      },
    ],
  };
}
