import type { ReceiptSigner } from '../../../gpu-backend/contract/receipt.ts';
import type { TenantRegistry } from '../../keys/tenant-registry.ts';
import type { AccountOf } from '../../ledger/ledger.ts';
import type { RouteOptions } from '../route-options.ts';

/** What the endpoints of usage and money take. */
export interface AccountOptions
  extends Pick<RouteOptions, 'answerOnce' | 'authenticate' | 'originOf' | 'now'> {
  readonly accountOf: AccountOf;
  readonly tenants: TenantRegistry;
  /** Undefined: there are no receipts. */
  readonly receiptSigner: ReceiptSigner | undefined;
}
