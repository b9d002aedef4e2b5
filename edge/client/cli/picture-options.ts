import type { ParseArgsConfig } from 'node:util';
import type { JobRequest } from '../jobs/jobs.ts';
import { CommandError } from './command-error.ts';

const string = { type: 'string' } as const;

/** Options that say what is made. What they may be is for the service to say: it names the field, and what is allowed. */
export const PICTURE_OPTIONS = {
  count: { type: 'string', short: 'n' },
  seed: string,
  seeds: string,
  size: string,
  'best-of': string,
  judge: string,
  truncation: string,
  variation: string,
  format: string,
  quality: string,
  visibility: string,
  model: string,
  deadline: string,
} as const satisfies ParseArgsConfig['options'];

export type PictureValues = { readonly [Name in keyof typeof PICTURE_OPTIONS]?: string | undefined };

/** The request's fields, but its prompt. @throws CommandError naming the option that cannot be read. */
export function readPictureOptions(values: PictureValues): Omit<JobRequest, 'prompt'> {
  const { count, seed, seeds, judge, variation } = values;
  const bestOf = values['best-of'];
  return {
    ...(count !== undefined && { n: numberOf('--count', count) }),
    ...(seed !== undefined && { seed: seed === 'random' ? seed : numberOf('--seed', seed) }),
    ...(seeds !== undefined && { seeds }),
    ...(bestOf !== undefined && { best_of: numberOf('--best-of', bestOf) }),
    ...(judge !== undefined && { judge: judge as 'independent' }),
    ...(variation !== undefined && { variation: variationOf(variation) }),
    ...readCommonOptions<'webp'>(values),
  };
}

/** What pictures, morphs and grids have alike. `Format` is for the service to check. */
export function readCommonOptions<Format extends string>(values: PictureValues) {
  const { size, truncation, format, quality, visibility, model, deadline } = values;
  return {
    ...(size !== undefined && { size: sizeOf(size) }),
    ...(truncation !== undefined && { truncation: numberOf('--truncation', truncation) }),
    ...(format !== undefined && { output_format: format as Format }),
    ...(quality !== undefined && { output_compression: numberOf('--quality', quality) }),
    ...(visibility !== undefined && { visibility: visibility as 'private' }),
    ...(model !== undefined && { model }),
    ...(deadline !== undefined && { deadline: numberOf('--deadline', deadline) }),
  };
}

function variationOf(text: string): { seed: number; strength: number } {
  const [, seed, strength] = /^(\d+):([\d.]+)$/u.exec(text) ?? [];
  if (seed === undefined || strength === undefined) {
    throw new CommandError(`--variation is ${JSON.stringify(text)}: it must be SEED:STRENGTH, as 5:0.3.`);
  }
  return { seed: Number(seed), strength: numberOf('--variation', strength) };
}

function sizeOf(size: string): string {
  return /^\d+$/u.test(size) ? `${size}x${size}` : size;
}

/** @throws CommandError for an option that makes no sense of what `command` makes. */
export function refuseOptions(command: string, values: object, names: readonly string[]): void {
  const refused = names.find((name) => name in values);
  if (refused) throw new CommandError(`--${refused} is for others: ${command} does not take it.`);
}

export function numberOf(option: string, text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value)) return value;
  throw new CommandError(`${option} is ${JSON.stringify(text)}: it must be a number.`);
}
