/** In no tenant's id. */
const SEPARATOR = '#';

/** Where charges are kept: the ledger of a tenant (shard 0), or one of its shards. */
export interface LedgerPlace {
  readonly tenant: string;
  readonly shard: number;
}

/** `acme`, `acme#3`: the name of the object, and what the ids of its charges derive from. */
export function ledgerNameOf({ tenant, shard }: LedgerPlace): string {
  return shard === 0 ? tenant : `${tenant}${SEPARATOR}${shard}`;
}

export function placeOfLedger(name: string): LedgerPlace {
  const [tenant = '', shard = '0'] = name.split(SEPARATOR);
  return { tenant, shard: Number(shard) };
}
