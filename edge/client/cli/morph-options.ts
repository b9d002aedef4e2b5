import type { ParseArgsConfig } from 'node:util';
import type { Interpolation, JobFields } from '../compositions.ts';
import { CommandError } from './command-error.ts';
import { numberOf, type PictureValues, readCommonOptions, refuseOptions } from './picture-options.ts';

const string = { type: 'string' } as const;
const boolean = { type: 'boolean' } as const;

/** Options of `galip morph` that a picture has not. */
export const MORPH_OPTIONS = {
  frames: string,
  fps: string,
  easing: string,
  columns: string,
  loop: boolean,
  sheet: boolean,
} as const satisfies ParseArgsConfig['options'];

type MorphValues = PictureValues & { readonly lossless?: boolean | undefined } & {
  readonly [Name in keyof typeof MORPH_OPTIONS]?: (typeof MORPH_OPTIONS)[Name]['type'] extends 'boolean'
    ? boolean | undefined
    : string | undefined;
};

/** What a way from picture to picture has no use for. */
const REFUSED = ['count', 'best-of', 'judge', 'variation', 'across', 'down'] as const;

/** @throws CommandError naming the option that cannot be read, or that has no meaning here. */
export function readMorphOptions(
  prompts: readonly Pick<Interpolation['keyframes'][number], 'prompt' | 'stages'>[],
  values: MorphValues,
): Interpolation & JobFields {
  refuseOptions('galip morph', values, REFUSED);
  const { frames, fps, easing, columns, loop, sheet, lossless } = values;
  const seeds = seedsOf(values, prompts.length);
  return {
    keyframes: prompts.map((prompt, at) => ({ ...prompt, seed: seeds[at] ?? 0 })),
    ...(frames !== undefined && { frames: numberOf('--frames', frames) }),
    ...(fps !== undefined && { fps: numberOf('--fps', fps) }),
    ...(easing !== undefined && { easing: easing as 'linear' }),
    ...(columns !== undefined && { columns: numberOf('--columns', columns) }),
    ...(loop && { loop }),
    ...(sheet && { output: 'sheet' as const }),
    ...(lossless && { lossless }),
    ...readCommonOptions<'webp'>(values),
  };
}

/** Of the key frames: one for all, or one each. */
function seedsOf({ seed, seeds }: PictureValues, count: number): number[] {
  if (seeds === undefined) return Array.from({ length: count }, () => numberOf('--seed', seed ?? '0'));
  const each = seeds.split(',').map((part) => numberOf('--seeds', part));
  if (each.length === count) return each;
  throw new CommandError(
    `--seeds has ${each.length} seeds; it must have one for each of the ${count} prompts.`,
  );
}
