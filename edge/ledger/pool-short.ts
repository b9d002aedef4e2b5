/** Thrown within a transaction of a shard whose pool has too few units; never leaves the ledger. */
export class PoolShort extends Error {
  readonly needed: number;

  constructor(needed: number) {
    super(`${needed} units needed of a pool that has fewer`);
    this.name = 'PoolShort';
    this.needed = needed;
  }
}
