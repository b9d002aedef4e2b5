import { basename, dirname, parse as parsePath, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { modelManifestSchema } from '../contract/model-card.ts';
import type { ConvertOptions, JudgeOptions } from './convert-options.ts';
import type { PerChannel } from './models/image-encoder.ts';
import { CLIP_MEAN, CLIP_STD } from './models/pixel-statistics.ts';
import { PASS_NAMES, type PassName } from './passes/apply-passes.ts';

export const USAGE: string = `npm run convert -- --generator FILE --clip FILE --tokenizer FILE --out DIR

  --generator FILE         GALIP's generator (PyTorch checkpoint)
  --clip FILE              CLIP (TorchScript archive, PyTorch checkpoint or safetensors)
  --tokenizer FILE         bpe_simple_vocab_16e6.txt.gz, tokenizer.json or vocab.json
  --tokenizer-merges FILE  merges.txt, with a vocab.json
  --out DIR                model directory to make
  --force                  replace the model directory that is there
  --precision fp32|fp16|int8   of weights and computing; fp32 if not given; int8: of the generator's large convolutions
  --half-weights           of fp32: kernels and matrices kept in float16, half the bytes; computing stays in float32
  --calibration-prompts FILE   prompts that int8 is calibrated and measured on, one a line; plain captions if not given
  --passes all|none|A,B    rewrites that make the generator faster, not other (${PASS_NAMES.join(', ')}); all if not given
  --image-mean R,G,B       pixel mean of CLIP's image encoder; CLIP's own if not given
  --image-std R,G,B        pixel deviation likewise
  --judge FILE             a second CLIP to score pictures by, which took no part in the generator's training (as --clip);
                           its pixel statistics, and a residual encoder's image_size, come from the JSON beside it
  --judge-tokenizer FILE   the judge's (as --tokenizer); tokenizer.json beside it if not given, else the model's
  --judge-name NAME        if not given, that of its file, or of the folder of a clip.pth
  --id NAME                name in the API; the name of DIR if not given
  --licence TEXT           licence of the weights: an SPDX expression or a sentence
  --commercial-use         the licence allows commercial use
  --notices FILE           credits that the licence asks for; goes with the model as LICENCES.md
  --stage-outputs          the generator's stages become outputs too, for parity tests
  --help                   this text`;

/** A wrong or missing option; the message names it. */
export class OptionError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'OptionError';
  }
}

const OPTIONS = {
  generator: { type: 'string' },
  clip: { type: 'string' },
  tokenizer: { type: 'string' },
  'tokenizer-merges': { type: 'string' },
  out: { type: 'string' },
  force: { type: 'boolean', default: false },
  precision: { type: 'string', default: 'fp32' },
  'half-weights': { type: 'boolean', default: false },
  'calibration-prompts': { type: 'string' },
  passes: { type: 'string', default: 'all' },
  'image-mean': { type: 'string', default: String(CLIP_MEAN) },
  'image-std': { type: 'string', default: String(CLIP_STD) },
  judge: { type: 'string' },
  'judge-tokenizer': { type: 'string' },
  'judge-name': { type: 'string' },
  id: { type: 'string' },
  licence: { type: 'string', default: 'unknown' },
  'commercial-use': { type: 'boolean', default: false },
  notices: { type: 'string' },
  'stage-outputs': { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

/**
 * The command line's options, paths made absolute; undefined when help is asked for.
 * @param cwd the folder that relative paths start from.
 * @throws OptionError
 */
export function parseOptions(args: readonly string[], cwd: string): ConvertOptions | undefined {
  const values = parse(args);
  if (values.help) return undefined;
  const required = (name: 'generator' | 'clip' | 'tokenizer' | 'out'): string => {
    const value = values[name];
    if (!value) throw new OptionError(`--${name} is missing`);
    return resolve(cwd, value);
  };
  const { precision, licence } = values;
  if (precision !== 'fp32' && precision !== 'fp16' && precision !== 'int8') {
    throw new OptionError(`--precision is "${precision}"; allowed are fp32, fp16 and int8`);
  }
  if (values['half-weights'] && precision !== 'fp32') {
    throw new OptionError(`--half-weights goes with --precision fp32, not ${precision}`);
  }
  const passes = passNames(values.passes);
  if (precision === 'int8' && passes.length < PASS_NAMES.length) {
    throw new OptionError(`--passes is "${values.passes}"; --precision int8 allows all alone`);
  }
  const prompts = values['calibration-prompts'];
  if (prompts === '') throw new OptionError('--calibration-prompts is empty; it must name a file');
  if (prompts !== undefined && precision !== 'int8') {
    throw new OptionError(`--calibration-prompts goes with --precision int8, not ${precision}`);
  }
  if (licence === '') throw new OptionError('--licence is empty; give an SPDX expression or a sentence');
  const merges = values['tokenizer-merges'];
  if (merges === '') throw new OptionError('--tokenizer-merges is empty; it must name a file');
  const { notices } = values;
  if (notices === '') throw new OptionError('--notices is empty; it must name a file');
  const imageStd = perChannel('image-std', values['image-std']);
  if (imageStd.some((value) => value <= 0)) {
    throw new OptionError(`--image-std is "${values['image-std']}"; each value must be above 0`);
  }
  return {
    generator: required('generator'),
    clip: required('clip'),
    tokenizer: required('tokenizer'),
    ...(merges === undefined ? {} : { tokenizerMerges: resolve(cwd, merges) }),
    out: required('out'),
    force: values.force,
    precision,
    halfWeights: values['half-weights'],
    passes,
    ...(prompts === undefined ? {} : { calibrationPrompts: resolve(cwd, prompts) }),
    imageMean: perChannel('image-mean', values['image-mean']),
    imageStd,
    ...judgeOf(values, cwd),
    id: nameOf('id', values.id ?? basename(required('out')).toLowerCase()),
    licence,
    commercialUse: values['commercial-use'],
    ...(notices === undefined ? {} : { notices: resolve(cwd, notices) }),
    stageOutputs: values['stage-outputs'],
  };
}

type Values = ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values'];

function parse(args: readonly string[]): Values {
  try {
    return parseArgs({ args: [...args], options: OPTIONS }).values;
  } catch (cause) {
    throw new OptionError((cause as Error).message);
  }
}

function passNames(text: string): readonly PassName[] {
  if (text === 'all') return PASS_NAMES;
  if (text === 'none') return [];
  const names = text.split(',');
  const unknown = names.find((name) => !PASS_NAMES.some((known) => known === name));
  if (unknown === undefined) return PASS_NAMES.filter((name) => names.includes(name));
  const allowed = `all, none, or some of ${PASS_NAMES.join(', ')} with commas between`;
  throw new OptionError(`--passes is "${text}", with "${unknown}"; allowed are ${allowed}`);
}

function perChannel(name: string, text: string): PerChannel {
  const numbers = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  const [red, green, blue, ...others] = numbers;
  if (
    red === undefined ||
    green === undefined ||
    blue === undefined ||
    others.length > 0 ||
    !numbers.every(Number.isFinite)
  ) {
    throw new OptionError(`--${name} is "${text}"; expected three numbers, as 0.5,0.5,0.5`);
  }
  return [red, green, blue];
}

function judgeOf(
  { judge, 'judge-tokenizer': tokenizer, 'judge-name': name }: Values,
  cwd: string,
): { judge?: JudgeOptions } {
  for (const [option, value] of Object.entries({ 'judge-tokenizer': tokenizer, 'judge-name': name })) {
    if (value !== undefined && judge === undefined) throw new OptionError(`--${option} goes with --judge`);
  }
  if (judge === '') throw new OptionError('--judge is empty; it must name a file');
  if (tokenizer === '') throw new OptionError('--judge-tokenizer is empty; it must name a file');
  if (judge === undefined) return {};
  const checkpoint = resolve(cwd, judge);
  const { name: stem } = parsePath(checkpoint);
  const ownName = stem === 'clip' ? basename(dirname(checkpoint)) : stem;
  return {
    judge: {
      checkpoint,
      ...(tokenizer !== undefined && { tokenizer: resolve(cwd, tokenizer) }),
      name: nameOf('judge-name', name ?? ownName.toLowerCase()),
    },
  };
}

function nameOf(option: string, name: string): string {
  if (modelManifestSchema.shape.id.safeParse(name).success) return name;
  throw new OptionError(
    `--${option} is "${name}"; allowed are a to z, 0 to 9, dots and dashes, at most 63 of them`,
  );
}
