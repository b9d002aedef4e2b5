import type { Context } from 'hono';
import type { EdgeContext } from '../../endpoint.ts';
import { manages, noKey } from '../../keys/authority.ts';
import type { KeyRecord } from '../../keys/key-record.ts';
import type { KeyRegistry } from '../../keys/key-registry.ts';

/**
 * The key that the path names.
 * @throws ApiError `not_found` where there is none, or it belongs to a tenant that this request does not manage.
 */
export async function keyInSight(context: Context<EdgeContext>, keys: KeyRegistry): Promise<KeyRecord> {
  const id = context.req.param('id') ?? '';
  const key = /^[0-9A-Za-z]{12}$/u.test(id) ? await keys.get(id) : undefined;
  if (!key || !manages(context.get('tenant'), key.tenant)) throw noKey();
  return key;
}
