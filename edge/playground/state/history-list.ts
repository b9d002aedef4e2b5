/** One picture that was painted. */
export interface Painted {
  /** Where its settings are: the URL's fragment. */
  readonly place: string;
  readonly title: string;
  /** Name below `/i/`: fingerprint and extension. */
  readonly file: string;
  /** In base64; undefined: it is not known. */
  readonly thumbhash?: string | undefined;
  /** When, milliseconds since 1970. */
  readonly at: number;
}

/** About two screens of thumbnails; each is some 200 bytes. */
export const MAX_PAINTED = 60;

/** A picture that was on the screen for less was passed through, by typing or by a slider. */
const PASSING_MS = 1_500;

/** The list with `painted` in front: in place of one that was passed through, and once however often it is painted. */
export function withPainted(list: readonly Painted[], painted: Painted): Painted[] {
  const [newest, ...older] = list;
  const passed = newest !== undefined && painted.at - newest.at < PASSING_MS;
  const before = passed ? older : list;
  return [painted, ...before.filter(({ file }) => file !== painted.file)].slice(0, MAX_PAINTED);
}
