import { sha256Hex } from '../../gpu-backend/contract/hex.ts';

const CHARGE_SCHEME = 'charge/1';
const CHARGE_ID_LENGTH = 32;

/**
 * Names the charge of picture `index` of a request, before any work: 32 hex digits. The same request sent again under
 * its Idempotency-Key has the same charges.
 * @param ledgerName see ledger-name.ts
 */
export async function chargeIdOf(ledgerName: string, requestKey: string, index: number): Promise<string> {
  const digest = await sha256Hex(JSON.stringify([CHARGE_SCHEME, ledgerName, requestKey, index]));
  return digest.slice(0, CHARGE_ID_LENGTH);
}
