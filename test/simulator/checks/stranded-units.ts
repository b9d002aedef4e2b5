import { NO_LIMITS } from '../../../edge/keys/key-record.ts';
import type { KeyHolder } from '../../../edge/keys/key-store.ts';
import { NO_TENANT_LIMITS } from '../../../edge/keys/tenant.ts';
import type { AccountOf, LedgerOf } from '../../../edge/ledger/ledger.ts';
import type { World } from '../engine/world.ts';

/** More than all its calls take, and the outbox. */
const AUDIT_MS = 60_000;
const LEASE_MS = 1_000;

export interface StrandedOptions {
  readonly holders: readonly KeyHolder[];
  readonly ledgerOf: LedgerOf;
  readonly accountOf: AccountOf;
}

/** What a balance says is available, each of the tenant's ledgers can reserve to the last unit, and not one more. */
export async function strandedUnits(
  { lives, time }: World,
  { holders, ledgerOf, accountOf }: StrandedOptions,
): Promise<string[]> {
  const problems: string[] = [];
  let isDone = false;
  async function audit(): Promise<void> {
    for (const { key, tenant } of holders) {
      const account = accountOf(tenant.id, tenant.shards);
      const { available, credited, spent, reserved } = await account.balance();
      if (credited !== spent + reserved + available)
        problems.push(`${tenant.id}: the balance does not add up`);
      const ledger = ledgerOf({ tenant: tenant.id, shard: key.shard });
      const spender = {
        keyId: 'auditor',
        plan: 'prepaid',
        limits: NO_LIMITS,
        tenantLimits: NO_TENANT_LIMITS,
      } as const;
      const reserve = (units: number) => {
        const lines = [{ chargeId: `audit-${units}-${key.id}`, fingerprint: 'f', units }];
        return ledger.reserve({ requestKey: 'audit', spender, model: 'm', lines, leaseMs: LEASE_MS });
      };
      if ((await reserve(available + 1)).granted) problems.push(`${key.id} reserved more than is available`);
      if (!(await reserve(available)).granted)
        problems.push(`${key.id} cannot reserve ${available}: stranded`);
      await lives.sleep(LEASE_MS);
    }
    isDone = true;
  }
  const life = lives.start('auditor', false);
  time.after(0, () => {
    lives.run(life, audit).catch((error: Error) => problems.push(`the audit failed: ${error.stack}`));
  });
  await time.runUntil(time.now() + AUDIT_MS);
  if (!isDone) problems.push('the audit did not come to its end');
  return problems;
}
