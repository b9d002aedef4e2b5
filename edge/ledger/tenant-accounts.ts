import type { Account, AccountOf, Balance, LedgerPartOf } from './ledger.ts';
import { ledgerNameOf } from './ledger-name.ts';

/** A tenant's own ledger and its shards, added up. While requests run, each is read at its own moment. */
export function createTenantAccounts(partOf: LedgerPartOf): AccountOf {
  return (tenant, shards) => {
    const main = partOf(ledgerNameOf({ tenant, shard: 0 }));
    if (shards === 0) return main;
    const others = Array.from({ length: shards }, (_, index) =>
      partOf(ledgerNameOf({ tenant, shard: index + 1 })),
    );
    const account: Account = {
      async usage(query) {
        const totals = await Promise.all([main, ...others].map((part) => part.usage(query)));
        return [...Map.groupBy(totals.flat(), ({ group }) => group)]
          .map(([group, same]) => ({
            group,
            pictures: sum(same.map(({ pictures }) => pictures)),
            units: sum(same.map(({ units }) => units)),
          }))
          .sort((a, b) => (a.group < b.group ? -1 : 1));
      },
      async charges(query) {
        const pages = await Promise.all([main, ...others].map((part) => part.charges(query)));
        return pages
          .flat()
          .sort((a, b) => (a.chargeId < b.chargeId ? -1 : 1))
          .slice(0, query.limit);
      },
      async resend(chargeIds) {
        await Promise.all([main, ...others].map((part) => part.resend(chargeIds)));
      },
      async balance() {
        // The shards first: credit that comes meanwhile is not spent before it is seen.
        const spent = await Promise.all(others.map((part) => part.balance()));
        return totalOf(await main.balance(), spent);
      },
      async credit(grant) {
        const { result } = await main.credit(grant);
        return { result, balance: await account.balance() };
      },
    };
    return account;
  };
}

/** What shards have of the tenant's credit, and neither spent nor reserved, is available. */
function totalOf({ credited, ...own }: Balance, shards: readonly Balance[]): Balance {
  const parts = [own, ...shards];
  const spent = sum(parts.map((part) => part.spent));
  const reserved = sum(parts.map((part) => part.reserved));
  const available = Math.max(0, credited - spent - reserved);
  return { credited, spent, reserved, available, billed: sum(parts.map(({ billed }) => billed)) };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
