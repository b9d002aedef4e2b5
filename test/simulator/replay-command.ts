/** Runs one seed again, and prints all that happens in it. */
export function replayCommand(seed: number): string {
  return `npm run simulate -- --seed ${seed}`;
}
