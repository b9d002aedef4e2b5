import type { KeyRegistry } from '../../keys/key-registry.ts';
import type { TenantRegistry } from '../../keys/tenant-registry.ts';
import type { RouteOptions } from '../route-options.ts';

/** What the endpoints below `/v1/admin` take. */
export interface AdminOptions extends Pick<RouteOptions, 'answerOnce' | 'authenticate' | 'now'> {
  readonly keys: KeyRegistry;
  readonly tenants: TenantRegistry;
}
