import { createHash } from 'node:crypto';

/** A number of 0 … 2³²−1 that depends on the text alone: the data set's only source of chance. */
export function hashNumber(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE(0);
}

/** The items in an order that looks random and is the same every time. */
export function hashOrder<T>(items: readonly T[], nameOf: (item: T) => string, seed: string): T[] {
  const digest = (item: T): string =>
    createHash('sha256')
      .update(`${seed}/${nameOf(item)}`)
      .digest('hex');
  return items
    .map((item) => ({ item, digest: digest(item) }))
    .sort((a, b) => (a.digest < b.digest ? -1 : a.digest > b.digest ? 1 : 0))
    .map(({ item }) => item);
}
