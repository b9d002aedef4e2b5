import { writeChain } from './prompt-chain.ts';
import { type BlendWish, type PromptWish, writeMix } from './prompt-mix.ts';
import type { ScoreJudge } from './score-judge.ts';
import { NO_URL_OPTIONS, type SignableUrl } from './url-signature.ts';

/** What every file may have that its URL alone makes. */
interface AnyFile {
  /** Edge in pixels, of each picture. */
  readonly size?: number | undefined;
  /** Encoder quality, 1 … 100. */
  readonly quality?: number | undefined;
  readonly visibility?: 'public' | 'private' | undefined;
  /** ψ, above 0 … 1.5. */
  readonly truncation?: number | undefined;
  /** One of the server's; the options here go before its own. */
  readonly preset?: string | undefined;
  /** After this the URL makes nothing. */
  readonly expires?: Date | undefined;
}

export interface SignedPicture extends AnyFile, PromptWish {
  /** `webp` unless given. */
  readonly extension?: 'webp' | 'png' | 'jpg' | 'avif' | undefined;
  readonly seed?: number | undefined;
  readonly variation?: { readonly seed: number; readonly strength: number } | undefined;
  /** Candidates, 1 … 16, of which the URL leads to the one that fits the prompt best. All are made and charged. */
  readonly bestOf?: number | undefined;
  /** Who says so: one that took no part in the training, where the model has one, or the model's own CLIP. */
  readonly judge?: ScoreJudge | undefined;
}

/** An animation or a sprite sheet from picture to picture, as `POST /v1/interpolations` makes them. */
export interface SignedMorph extends AnyFile {
  readonly keyframes: readonly (PromptWish & { readonly seed?: number | undefined })[];
  readonly frames: number;
  /** `webp` unless given; a sheet may be png. */
  readonly extension?: 'webp' | 'gif' | 'png' | undefined;
  readonly loop?: boolean | undefined;
  readonly lossless?: boolean | undefined;
  readonly easing?: 'linear' | 'ease-in' | 'ease-out' | 'ease-in-out' | undefined;
  /** Frames in a second. */
  readonly fps?: number | undefined;
  readonly output?: 'animation' | 'sheet' | undefined;
  /** Of a sheet: frames in a row. */
  readonly columns?: number | undefined;
}

/** What changes along one of a grid's axes. */
export type SignedAxis =
  | { readonly parameter: 'prompt'; readonly values: readonly BlendWish[] }
  | {
      readonly parameter: 'seed' | 'truncation' | 'variation_seed' | 'variation_strength';
      readonly values: readonly number[];
    };

/** A labelled sheet, as `POST /v1/grids` makes them. */
export interface SignedGrid extends AnyFile {
  readonly columns: SignedAxis;
  readonly rows: SignedAxis;
  /** Of all cells, unless an axis has prompts; then neither this nor `stages`. */
  readonly prompt?: BlendWish | undefined;
  readonly stages?: PromptWish['stages'];
  /** `webp` unless given. */
  readonly extension?: 'webp' | 'png' | undefined;
  readonly seed?: number | undefined;
  readonly variation?:
    | { readonly seed?: number | undefined; readonly strength?: number | undefined }
    | undefined;
  readonly lossless?: boolean | undefined;
}

/** What a signed URL can lead to. */
export type SignableFile = SignedPicture | SignedMorph | SignedGrid;

type Values = Readonly<Record<string, string | number | boolean | undefined>>;

interface UrlText {
  /** A prompt, or several, or blends and stages on one line. */
  readonly text: string;
  readonly form: 'mix' | undefined;
}

/** What of a signed URL says which file it is. @throws TypeError naming what cannot stand in a URL. */
export function urlPartsOf(file: SignableFile): Omit<SignableUrl, 'keyId'> {
  const { preset, size, quality, visibility, truncation, expires, extension = 'webp' } = file;
  const [own, { text, form }] =
    'keyframes' in file ? ofMorph(file) : 'rows' in file ? ofGrid(file) : ofPicture(file);
  const pairs = pairsOf({
    ...{ preset, size, quality, visibility, truncation, ...own, prompt: form },
    expires: expires && Math.floor(expires.getTime() / 1000),
  });
  return { options: pairs.join(',') || NO_URL_OPTIONS, prompt: text, extension };
}

function ofPicture({ prompt, stages, seed, variation, bestOf, judge }: SignedPicture): [Values, UrlText] {
  const { seed: variationSeed, strength } = variation ?? {};
  const values = { seed, variation: variationSeed, strength, best_of: bestOf, judge };
  return [values, textOf({ prompt, stages })];
}

function ofMorph(morph: SignedMorph): [Values, UrlText] {
  const { keyframes, frames, loop, lossless, easing, fps, output, columns } = morph;
  const hasSeeds = keyframes.some(({ seed }) => seed !== undefined);
  const seeds = hasSeeds ? keyframes.map(({ seed = 0 }) => decimalOf(seed)).join('_') : undefined;
  const flags = { loop: loop || undefined, lossless: lossless || undefined };
  return [{ frames, seeds, easing, fps, output, columns, ...flags }, chainOf(keyframes)];
}

function ofGrid(grid: SignedGrid): [Values, UrlText] {
  const { columns, rows, prompt, stages, seed, variation, lossless } = grid;
  const prompts = [columns, rows].flatMap((axis) => (axis.parameter === 'prompt' ? [axis.values] : []));
  const values = {
    ...{ across: axisOf(columns), down: axisOf(rows), seed },
    ...{ variation: variation?.seed, strength: variation?.strength, lossless: lossless || undefined },
  };
  const [onAxis] = prompts;
  if (!onAxis) {
    if (prompt === undefined) throw new TypeError('prompt is missing; a grid has one, or an axis of them');
    return [values, textOf({ prompt, stages })];
  }
  for (const [name, value] of Object.entries({ prompt, stages })) {
    if (value !== undefined) throw new TypeError(`${name} goes with no axis of prompts in a URL`);
  }
  return [values, chainOf(onAxis.map((value) => ({ prompt: value })))];
}

/** As signed URLs name them. */
const AXES = {
  seed: 'seed',
  truncation: 'truncation',
  variation_seed: 'variation',
  variation_strength: 'strength',
} as const;

function axisOf(axis: SignedAxis): string {
  if (axis.parameter === 'prompt') return 'prompt';
  return [AXES[axis.parameter], ...axis.values.map(decimalOf)].join('_');
}

function isMix({ prompt, stages }: PromptWish): boolean {
  return typeof prompt !== 'string' || stages !== undefined;
}

function textOf(wish: PromptWish): UrlText {
  return isMix(wish) ? { text: writeMix(wish), form: 'mix' } : { text: String(wish.prompt), form: undefined };
}

function chainOf(wishes: readonly PromptWish[]): UrlText {
  if (wishes.some(isMix)) return { text: writeChain(wishes.map(writeMix)), form: 'mix' };
  return { text: writeChain(wishes.map(({ prompt }) => String(prompt))), form: undefined };
}

function pairsOf(values: Values): string[] {
  return Object.entries(values).flatMap(([name, value]) => {
    if (value === undefined) return [];
    const text = typeof value === 'number' ? decimalOf(value) : String(value);
    if (/^[\w.-]+$/u.test(text)) return [`${name}:${text}`];
    throw new TypeError(`${name} is ${JSON.stringify(value)}; allowed are letters, digits, _, . and -`);
  });
}

/** URLs have six decimals, and no exponents. */
function decimalOf(value: number): string {
  if (Math.abs(value) < 1e16) return String(Number(value.toFixed(6)));
  throw new TypeError(`a number is ${value}; allowed are those that a URL can have, below 1e16`);
}
