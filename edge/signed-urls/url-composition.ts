import { AXIS_NAMES } from '../../gpu-backend/contract/axis-names.ts';
import { ApiError } from '../../gpu-backend/contract/errors.ts';
import { fileFormatOfExtension } from '../../gpu-backend/contract/image-format.ts';
import type { CompositionOrder } from '../compositions/composition-order.ts';
import { readText, readTexts } from './read-text.ts';
import type { SignedUrl } from './signed-url.ts';
import type { UrlOptions } from './url-options.ts';

/** A request as a POST would have it; still to be checked. */
export interface UrlComposition {
  readonly kind: CompositionOrder['kind'];
  readonly body: object;
}

const OF_PICTURES = ['best_of', 'judge'] as const;
const OF_MORPHS = ['seeds', 'loop', 'easing', 'fps', 'output', 'columns'] as const;

/**
 * The morph (`frames`) or grid (`across` and `down`) that a signed URL asks for; undefined: one picture.
 * @throws ApiError `invalid_request` for options that do not go together.
 */
export function compositionOfUrl(url: SignedUrl, options: UrlOptions): UrlComposition | undefined {
  const { frames, across, down, lossless } = options;
  if (frames !== undefined && (across ?? down) !== undefined) {
    throw invalid('frames', 'frames makes a morph, across and down make a grid; allowed is one of them');
  }
  const isComposition = (frames ?? across ?? down) !== undefined;
  for (const name of OF_PICTURES) {
    if (isComposition && options[name] !== undefined) throw invalid(name, `${name} is for single pictures`);
  }
  if (frames !== undefined) return { kind: 'interpolation', body: morphOf(url, options) };
  for (const name of OF_MORPHS) {
    if (options[name] !== undefined) throw invalid(name, `${name} is for morphs: it goes with frames`);
  }
  if (across !== undefined && down !== undefined) {
    return { kind: 'grid', body: gridOf(url, options, across, down) };
  }
  if ((across ?? down) !== undefined) {
    throw invalid(across === undefined ? 'across' : 'down', 'across and down go together; one is missing');
  }
  if (lossless) throw invalid('lossless', 'lossless is for morphs and grids');
  return undefined;
}

function commonOf({ extension }: SignedUrl, { size, quality, visibility, truncation, lossless }: UrlOptions) {
  return {
    output_format: fileFormatOfExtension(extension),
    ...(size !== undefined && { size: `${size}x${size}` }),
    ...{ output_compression: quality, visibility, truncation, lossless },
  };
}

function morphOf(url: SignedUrl, options: UrlOptions): object {
  const { prompt: form, stages, seed, frames, loop, easing, fps, output, columns } = options;
  const texts = readTexts(url.prompt, form);
  const seeds = options.seeds?.split('_').map(Number);
  if (seeds && seeds.length !== texts.length) {
    throw invalid('seeds', `seeds has ${seeds.length} entries; there are ${texts.length} key frames`);
  }
  return {
    ...commonOf(url, options),
    keyframes: texts.map((text, at) => ({ stages, ...text, seed: seeds?.[at] ?? seed })),
    ...{ frames, loop, easing, fps, output, columns },
  };
}

function gridOf(url: SignedUrl, options: UrlOptions, across: string, down: string): object {
  const { prompt: form, stages, seed, variation, strength } = options;
  const isOnAxis = across === 'prompt' || down === 'prompt';
  const whole = isOnAxis ? {} : readText(url.prompt, form);
  const has = variation !== undefined || strength !== undefined;
  return {
    ...commonOf(url, options),
    ...{ stages, seed, ...whole },
    ...(has && { variation: { seed: variation, strength } }),
    columns: axisOf(across, url, form),
    rows: axisOf(down, url, form),
  };
}

/** What is none is for the grid's own check to refuse. */
const PARAMETERS: Readonly<Record<string, string>> = AXIS_NAMES;

function axisOf(axis: string, url: SignedUrl, form: UrlOptions['prompt']): object {
  const [name = '', ...values] = axis.split('_');
  if (name !== 'prompt') return { parameter: PARAMETERS[name] ?? name, values: values.map(Number) };
  return {
    parameter: name,
    values: readTexts(url.prompt, form).map(({ prompt, stages }) => {
      if (!stages) return prompt;
      throw invalid('prompt', 'prompt has stages of its own; on an axis it has none');
    }),
  };
}

function invalid(param: string, message: string): ApiError {
  return new ApiError('invalid_request', { param, message });
}
