/** One drawing style: where its drawings come from, and how a caption speaks of it. */
export interface DrawingStyle {
  readonly id: string;
  /** Package of the npm registry with the drawings, in Iconify's format. */
  readonly package: string;
  /** Adjectives for the style, the usual one first; no two styles share one. */
  readonly words: readonly string[];
  /** Package that says the code points of drawings named alike, where the style's own says none. */
  readonly codePointsOf?: string;
  /** Emoji id → drawing, where no name of the emoji tells; found by looking. */
  readonly drawingOf?: Readonly<Record<string, string>>;
  /** Drawings whose names mean something else here, or that are damaged; found by looking at all of them. */
  readonly leftOut?: readonly string[];
}

/** Sets from before the insect and the water pistol: their "cricket" is the game, their pistol no toy. */
const SPORT_AND_GUN = ['cricket', 'pistol', 'water-pistol'];

/**
 * The styles of the data set. All licences allow a model to be shipped (Apache-2.0, MIT, CC BY with attribution); sets
 * with share-alike (OpenMoji) stay out.
 */
export const DRAWING_STYLES: readonly DrawingStyle[] = [
  { id: 'noto', package: '@iconify-json/noto', words: ['shaded', 'noto'] },
  {
    id: 'fluent',
    package: '@iconify-json/fluent-emoji',
    words: ['3d', 'glossy', 'fluent'],
    codePointsOf: '@iconify-json/fluent-emoji-flat',
  },
  { id: 'fluent-flat', package: '@iconify-json/fluent-emoji-flat', words: ['flat', 'minimal'] },
  { id: 'twemoji', package: '@iconify-json/twemoji', words: ['cartoon', 'twemoji'] },
  { id: 'emojione', package: '@iconify-json/emojione', words: ['bold', 'emojione'], leftOut: SPORT_AND_GUN },
  {
    id: 'fxemoji',
    package: '@iconify-json/fxemoji',
    words: ['muted', 'firefox'],
    drawingOf: { '1f48f': 'couplekiss', '1f491': 'couple' },
    // A kissing face, a building crane, black boxes, a face with sunglasses, a piano, a gun that is no toy.
    leftOut: ['kiss', 'construction', 'tramcar', 'station', 'sunglasses', 'keyboard', 'pistol'],
  },
  {
    id: 'noto-v1',
    package: '@iconify-json/noto-v1',
    words: ['retro', 'blob'],
    drawingOf: { '1f48f': 'kiss-woman-man', '1f491': 'couple-with-heart-woman-man' },
    leftOut: SPORT_AND_GUN,
  },
];
