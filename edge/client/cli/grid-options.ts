import type { ParseArgsConfig } from 'node:util';
import { AXIS_NAMES } from '../../../gpu-backend/contract/axis-names.ts';
import type { Grid, JobFields } from '../compositions.ts';
import type { JobRequest } from '../jobs/jobs.ts';
import { CommandError } from './command-error.ts';
import { numberOf, type PictureValues, readCommonOptions, refuseOptions } from './picture-options.ts';

const string = { type: 'string' } as const;

/** Options that only `galip grid` has. */
export const GRID_OPTIONS = { across: string, down: string } as const satisfies ParseArgsConfig['options'];

type GridValues = PictureValues & {
  readonly across?: string | undefined;
  readonly down?: string | undefined;
  readonly lossless?: boolean | undefined;
};

type Text = Pick<JobRequest, 'prompt' | 'stages'>;

/** Options that have no meaning for a grid. */
const REFUSED = [
  'count',
  'best-of',
  'judge',
  'seeds',
  'frames',
  'fps',
  'easing',
  'columns',
  'loop',
  'sheet',
] as const;

/**
 * Several prompts are an axis of their own: the one that is not said.
 * @throws CommandError naming the option that cannot be read, or that has no meaning here.
 */
export function readGridOptions(texts: readonly Text[], values: GridValues): Grid & JobFields {
  refuseOptions('galip grid', values, REFUSED);
  const [first, ...others] = texts;
  const ofPrompts = others.length > 0 ? 'prompt' : undefined;
  const { across = ofPrompts, down = ofPrompts, seed, variation, lossless } = values;
  const isOnAxis = across === 'prompt' || down === 'prompt';
  if (across === undefined || down === undefined) {
    throw new CommandError('A grid has --across and --down, as --across seed=0,1,2 --down truncation=0.5,1.');
  }
  if (others.length > 0 && !isOnAxis) {
    throw new CommandError(
      'Give one prompt, in quotation marks, or leave --across or --down to the prompts.',
    );
  }
  return {
    ...(isOnAxis ? {} : first),
    columns: axisOf('--across', across, texts),
    rows: axisOf('--down', down, texts),
    ...(seed !== undefined && { seed: numberOf('--seed', seed) }),
    ...(variation !== undefined && { variation: variationOf(variation) }),
    ...(lossless && { lossless }),
    ...readCommonOptions<'webp'>(values),
  };
}

function axisOf(option: string, text: string, texts: readonly Text[]): Grid['columns'] {
  if (text === 'prompt') {
    if (texts.some(({ stages }) => stages)) {
      throw new CommandError(`${option} is prompt: its prompts have no stages of their own.`);
    }
    return { parameter: 'prompt', values: texts.map(({ prompt }) => prompt) };
  }
  const [, name = '', values = ''] = /^(\w+)=(.+)$/u.exec(text) ?? [];
  if (!Object.hasOwn(AXIS_NAMES, name)) {
    const allowed = `prompt, or ${Object.keys(AXIS_NAMES).join(', ')} with values, as seed=0,1,2`;
    throw new CommandError(`${option} is ${JSON.stringify(text)}: it must be ${allowed}.`);
  }
  const parameter = AXIS_NAMES[name as keyof typeof AXIS_NAMES];
  return { parameter, values: values.split(',').map((value) => numberOf(option, value)) };
}

/** What of a variation is not on an axis: its seed, its strength or both. */
function variationOf(text: string): NonNullable<Grid['variation']> {
  const [, seed, strength] = /^(\d+)?(?::([\d.]+))?$/u.exec(text) ?? [];
  if (seed === undefined && strength === undefined) {
    throw new CommandError(
      `--variation is ${JSON.stringify(text)}: it must be SEED:STRENGTH, or of what is on no axis, SEED or :STRENGTH.`,
    );
  }
  return {
    ...(seed !== undefined && { seed: Number(seed) }),
    ...(strength !== undefined && { strength: numberOf('--variation', strength) }),
  };
}
