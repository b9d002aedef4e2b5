import type { DrawingStyle } from './drawing-styles.ts';
import { bareCodePoints, type EmojiEntry } from './emoji-names.ts';
import type { IconSet } from './icon-set.ts';

/**
 * Finds each emoji's drawing in a set: as the style says, by code points where the set says them, else by what the drawing
 * is called. A set from before a renaming is found by the names that `renamings` knows, and by Unicode's own.
 *
 * @param renamings former names of drawings → present ones, of other sets.
 * @returns emoji id → name of the drawing.
 */
export function matchDrawings(
  entries: readonly EmojiEntry[],
  set: IconSet,
  renamings: ReadonlyMap<string, string>,
  { drawingOf = {}, leftOut = [] }: Pick<DrawingStyle, 'drawingOf' | 'leftOut'> = {},
): Map<string, string> {
  const byPoints = new Map([...set.byCodePoints].map(([points, name]) => [bareCodePoints(points), name]));
  const byName = new Map<string, string>();
  const present = new Set(set.names.map(squash));
  for (const name of set.names) {
    for (const known of [name, renamings.get(name)]) {
      // What the set itself calls so comes before what others once did.
      if (known !== undefined && (known === name || !present.has(squash(known))))
        byName.set(squash(known), name);
    }
  }
  const matches = new Map<string, string>();
  for (const { id, label, unicodeName } of entries) {
    const name =
      drawingOf[id] ??
      byPoints.get(id) ??
      byName.get(squash(label)) ??
      (unicodeName && byName.get(squash(unicodeName)));
    if (name && !leftOut.includes(name)) matches.set(id, name);
  }
  return matches;
}

/** Letters and digits alone: "T-Rex" and "t-rex", "Mrs. Claus" and "mrs-claus", "Black Spade Suit" and "blackspadesuit". */
function squash(name: string): string {
  return name
    .normalize('NFD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/gu, '');
}
