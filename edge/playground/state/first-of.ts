/** At most `count` of what comes. */
export async function firstOf<T>(all: AsyncIterable<T>, count: number): Promise<T[]> {
  const found: T[] = [];
  for await (const one of all) {
    found.push(one);
    if (found.length === count) break;
  }
  return found;
}
