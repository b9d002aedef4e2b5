import type { Endpoint } from '../../endpoint.ts';
import type { AccountOptions } from './account-options.ts';
import { getBalance } from './get-balance.ts';
import { getReceiptKeys } from './get-receipt-keys.ts';
import { getTenantBalance } from './get-tenant-balance.ts';
import { getUsage } from './get-usage.ts';
import { grantCredit } from './grant-credit.ts';
import { listReceipts } from './list-receipts.ts';

/** Usage and money, as the ledgers have them. */
export function accountEndpoints({ receiptSigner, ...options }: AccountOptions): Endpoint[] {
  return [
    getUsage(options),
    getBalance(options),
    getTenantBalance(options),
    grantCredit(options),
    ...(receiptSigner ? [listReceipts({ ...options, receiptSigner }), getReceiptKeys(receiptSigner)] : []),
  ];
}
