/** A number that a URL's parameter holds, if it is one within the bounds. */
export function numberOf(
  text: string | null,
  { min, max, whole = false }: { min: number; max: number; whole?: boolean },
): number | undefined {
  if (text === null || text.trim() === '') return undefined;
  const value = Number(text);
  if (!Number.isFinite(value) || value < min || value > max) return undefined;
  return whole && !Number.isInteger(value) ? undefined : value;
}
