import type { EmojiEntry } from './emoji-names.ts';

/**
 * Subgroups of Unicode's emoji list that nobody asks a picture of, or that show what a text model cannot be blamed for
 * mixing up: letters on buttons, keycaps, flags of countries, swatches of skin and hair.
 */
const LEFT_OUT_SUBGROUPS: ReadonlySet<string> = new Set([
  'alphanum',
  'keycap',
  'country-flag',
  'subdivision-flag',
  'skin-tone',
  'hair-style',
]);

/**
 * Near-duplicates of other entries: mirrored persons, half hours, families and couples by sex, squares by size,
 * player's buttons told apart by the number of triangles; and arrows that are words.
 */
const LEFT_OUT_LABELS: readonly RegExp[] = [
  /: facing right$/u,
  /^family: /u,
  /^(?:kiss|couple with heart): /u,
  /-thirty$/u,
  /^(?:black|white) (?:medium|medium-small|small) square$/u,
  /^small (?:orange|blue) diamond$/u,
  /^fast (?:reverse|up|down) button$/u,
  /^(?:BACK|END|ON!|SOON|TOP) arrow$/u,
  /^clockwise vertical arrows$/u,
];

/** True for what the data set shows. Skin-tone variants are no entries of their own: the neutral one stands for all. */
export function isConcept({ label, subgroup }: EmojiEntry): boolean {
  return !LEFT_OUT_SUBGROUPS.has(subgroup) && !LEFT_OUT_LABELS.some((pattern) => pattern.test(label));
}
