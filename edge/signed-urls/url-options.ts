import { z } from 'zod';
import { ApiError } from '../../gpu-backend/contract/errors.ts';
import { SCORE_JUDGES } from '../../gpu-backend/contract/score-judge.ts';
import { NO_URL_OPTIONS } from '../../gpu-backend/contract/url-signature.ts';
import { EASINGS } from '../compositions/easing.ts';

const digits = z.string().regex(/^\d{1,16}$/u, 'must be an integer');
const decimal = z.string().regex(/^\d{1,3}(?:\.\d{1,6})?$/u, 'must be a decimal number');
const yes = z.literal('true', 'must be true, or left out');
/** A parameter and its values; of prompts they stand in the URL's text. */
const axis = z
  .string()
  .regex(
    /^(?:prompt|(?:seed|truncation|variation|strength)(?:_\d{1,16}(?:\.\d{1,6})?)+)$/u,
    'must be prompt, or seed, truncation, variation or strength with its values, as seed_0_1_2',
  );
const promptForm = z.enum(['text', 'mix'], 'must be text or mix');
const judge = z.enum(SCORE_JUDGES, `must be one of ${SCORE_JUDGES.join(', ')}`);
const visibility = z.enum(['public', 'private'], 'must be public or private');

/** What a preset may fix. A URL's own options go before its preset's. */
const presetSchema = z
  .strictObject({
    size: z.int(),
    seed: z.int(),
    quality: z.int(),
    visibility,
    truncation: z.number(),
    /** A seed, and with it `strength`. */
    variation: z.int(),
    strength: z.number(),
    /** Candidates of which the URL leads to the best. */
    best_of: z.int(),
    /** Who says which that is. */
    judge,
    /** Whether the prompt is a text, or blends and stages on one line. @see prompt-mix.ts of the contract */
    prompt: promptForm,
    /** As in a request; it is checked as one. A mix that names stages goes before. */
    stages: z.record(z.string(), z.unknown()),
  })
  .partial();

export const urlPresetsSchema = z.record(
  z.string().regex(/^[a-z0-9-]{1,32}$/u, 'a preset is named by lower case letters, digits and dashes'),
  presetSchema,
);

export type UrlPresets = z.infer<typeof urlPresetsSchema>;

const optionsSchema = z
  .strictObject({
    preset: z.string(),
    size: digits,
    seed: digits,
    quality: digits,
    visibility,
    truncation: decimal,
    variation: digits,
    strength: decimal,
    best_of: digits,
    judge,
    prompt: promptForm,
    /** Seconds since 1970. */
    expires: digits,
    /** Of a morph, which its number of frames makes it. */
    frames: digits,
    /** Of its key frames, one each. */
    seeds: z.string().regex(/^\d{1,16}(?:_\d{1,16})*$/u, 'must be integers joined by _'),
    loop: yes,
    easing: z.enum(EASINGS, `must be one of ${EASINGS.join(', ')}`),
    fps: digits,
    output: z.enum(['animation', 'sheet'], 'must be animation or sheet'),
    columns: digits,
    /** Of a grid, which its two axes make it. */
    across: axis,
    down: axis,
    /** Of both. */
    lossless: yes,
  })
  .partial();

type Given = z.infer<typeof optionsSchema>;

export interface UrlOptions
  extends z.infer<typeof presetSchema>,
    Pick<Given, 'seeds' | 'easing' | 'output' | 'across' | 'down'> {
  /** Seconds since 1970; undefined: never. Not part of the picture, so not of its name. */
  readonly expires?: number;
  readonly frames?: number;
  readonly fps?: number;
  readonly columns?: number;
  readonly loop?: boolean;
  readonly lossless?: boolean;
}

/**
 * Reads `name:value[,name:value…]`.
 * @throws ApiError `invalid_request` with the option that is unknown, wrong or given twice.
 */
export function parseUrlOptions(text: string, presets: UrlPresets): UrlOptions {
  if (text === NO_URL_OPTIONS) return {};
  const given = new Map<string, string>();
  for (const part of text.split(',')) {
    const [, name, value] = /^([a-z_]+):([\w.-]+)$/u.exec(part) ?? [];
    if (name === undefined || value === undefined) {
      throw invalid('options', `options must be name:value pairs joined by commas, or ${NO_URL_OPTIONS}`);
    }
    if (given.has(name)) throw invalid(name, `${name} is given twice; allowed is once`);
    given.set(name, value);
  }
  const parsed = optionsSchema.safeParse(Object.fromEntries(given));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    if (issue?.code === 'unrecognized_keys') {
      const allowed = Object.keys(optionsSchema.shape).join(', ');
      throw invalid(issue.keys[0] ?? 'options', `${issue.keys[0]} is not an option; allowed are ${allowed}`);
    }
    throw invalid(String(issue?.path[0]), `${String(issue?.path[0])} ${issue?.message}`);
  }
  const { preset, visibility: visible, prompt, loop, lossless, ...rest } = parsed.data;
  const { seeds, easing, output, across, down, judge, ...numbers } = rest;
  if (preset !== undefined && !Object.hasOwn(presets, preset)) {
    const allowed = Object.keys(presets).join(', ') || 'none';
    throw invalid('preset', `preset (${preset}) is not known; allowed are ${allowed}`);
  }
  return {
    ...(preset !== undefined && presets[preset]),
    ...Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, Number(value)])),
    ...(visible && { visibility: visible }),
    ...(prompt && { prompt }),
    ...(judge && { judge }),
    ...(loop && { loop: true }),
    ...(lossless && { lossless: true }),
    ...(seeds && { seeds }),
    ...(easing && { easing }),
    ...(output && { output }),
    ...(across && { across }),
    ...(down && { down }),
  };
}

function invalid(param: string, message: string): ApiError {
  return new ApiError('invalid_request', { param, message });
}
