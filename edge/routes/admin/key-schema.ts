import { z } from '@hono/zod-openapi';
import { type KeyRecord, SCOPES } from '../../keys/key-record.ts';
import { describeLimits, limitsSchema } from './limits-schema.ts';

const MAX_NAME_LENGTH = 100;
/** The year 2100: later is a mistake (milliseconds, for one). */
const MAX_TIME_S = 4_102_444_800;

const allowedTime = `must be null or seconds since 1970, before the year 2100`;

/** The names of tenants and keys: for people, shown in lists. */
export const nameSchema = z
  .string('must be a string')
  .min(1, 'must not be empty')
  .max(MAX_NAME_LENGTH, `must have at most ${MAX_NAME_LENGTH} characters`)
  .refine((text) => !/[\p{Cc}\p{Cs}]/u.test(text), 'must have no control characters')
  .openapi({ description: 'For people.', example: 'production server' });

export const scopesSchema = z
  .array(z.enum(SCOPES, `must be one of ${SCOPES.join(', ')}`), `must be an array of ${SCOPES.join(', ')}`)
  .min(1, `must have at least one of ${SCOPES.join(', ')}`)
  .max(SCOPES.length, 'must have each scope once')
  .openapi({ description: 'What the key may do.', example: ['generate', 'read'] });

export const kindSchema = z
  .enum(['live', 'test'], 'must be "live" or "test"')
  .openapi({ description: 'Part of the key’s text, so that people tell keys apart; both work alike.' });

export const expirySchema = z.int(allowedTime).min(0, allowedTime).max(MAX_TIME_S, allowedTime).nullable();

const time = z.int().openapi({ description: 'Seconds since 1970.' });

const keyShape = {
  object: z.literal('api_key'),
  id: z.string().openapi({ description: 'The key’s public part, for life.', example: 'q3xPz0aYbK4m' }),
  prefix: z
    .string()
    .openapi({ description: 'How the key’s text begins.', example: 'glp_live_q3xPz0aYbK4m_' }),
  tenant: z.string(),
  name: z.string(),
  kind: kindSchema,
  scopes: z.array(z.enum(SCOPES)),
  status: z.enum(['active', 'expired', 'revoked']),
  limits: limitsSchema,
  shard: z.int().openapi({
    description: 'Which of the tenant’s ledgers it is in, for life; 0: the tenant’s own.',
  }),
  created_at: time,
  expires_at: time.nullable(),
  revoked_at: time.nullable(),
  last_used_at: time.nullable().openapi({ description: 'To the minute.' }),
  previous_secret_expires_at: time
    .nullable()
    .openapi({ description: 'Until then the secret before the last re-roll holds, too; null: it does not.' }),
};

export const keySchema = z.object(keyShape).openapi('ApiKey');

export const issuedKeySchema = z
  .object({
    ...keyShape,
    key: z.string().optional().openapi({
      description:
        'The key itself: shown this once. A replay under the Idempotency-Key has it no more: re-roll the key.',
    }),
  })
  .openapi('IssuedApiKey');

export function describeKey(key: KeyRecord, nowS: number): z.infer<typeof keySchema> {
  const { previous, limits } = key;
  return {
    object: 'api_key',
    id: key.id,
    prefix: `glp_${key.kind}_${key.id}_`,
    tenant: key.tenant,
    name: key.name,
    kind: key.kind,
    scopes: [...key.scopes],
    status: statusOf(key, nowS),
    limits: describeLimits(limits),
    shard: key.shard,
    created_at: key.createdAt,
    expires_at: key.expiresAt,
    revoked_at: key.revokedAt,
    last_used_at: key.lastUsedAt,
    previous_secret_expires_at: previous && nowS < previous.expiresAt ? previous.expiresAt : null,
  };
}

export function statusOf(
  { expiresAt, revokedAt }: KeyRecord,
  nowS: number,
): 'active' | 'expired' | 'revoked' {
  if (revokedAt !== null) return 'revoked';
  return expiresAt === null || nowS < expiresAt ? 'active' : 'expired';
}
