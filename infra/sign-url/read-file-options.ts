import { AXIS_NAMES } from '../../gpu-backend/contract/axis-names.ts';
import { formatOfExtension } from '../../gpu-backend/contract/image-format.ts';
import type { PromptWish } from '../../gpu-backend/contract/prompt-mix.ts';
import type { SignableFile, SignedAxis } from '../../gpu-backend/contract/signable-file.ts';
import { CommandError } from '../command/command-error.ts';

const EXTENSIONS = ['webp', 'png', 'jpg', 'avif'];

const NUMBERS = ['size', 'quality', 'truncation', 'seed', 'frames', 'fps', 'columns'] as const;
const NAMES = ['preset', 'visibility', 'judge', 'easing', 'output', 'loop', 'lossless'] as const;

/** What only some have. */
const OF_KIND = {
  picture: ['seed', 'variation', 'strength', 'best-of', 'judge'],
  morph: ['frames', 'seed', 'seeds', 'loop', 'easing', 'fps', 'output', 'columns', 'lossless'],
  grid: ['across', 'down', 'seed', 'variation', 'strength', 'lossless'],
} as const;

type Options = Readonly<Record<string, string | boolean | undefined>>;

/**
 * The picture, the morph (`--frames`) or the grid (`--across`, `--down`) that the options ask for.
 * @throws CommandError naming the option that cannot be read, or that goes with another kind.
 */
export function readFileOptions(prompts: readonly PromptWish[], options: Options): SignableFile {
  const kind = options.frames !== undefined ? 'morph' : (options.across ?? options.down) ? 'grid' : 'picture';
  const ofOthers = Object.values(OF_KIND)
    .flat()
    .filter((name) => !OF_KIND[kind].some((own) => own === name));
  const strange = ofOthers.find((name) => options[name] !== undefined);
  if (strange) throw new CommandError(`--${strange} is not for a ${kind}; --help has what goes together.`);
  const file = { extension: extensionOf(options.as || 'webp', kind), ...valuesOf(options) };
  if (kind === 'morph') return { ...file, ...morphOf(prompts, options) } as SignableFile;
  if (kind === 'grid') return { ...file, ...gridOf(prompts, options) } as SignableFile;
  return { ...file, ...only(prompts), ...variationOf(options) } as SignableFile;
}

function extensionOf(extension: string | boolean, kind: keyof typeof OF_KIND): string {
  const text = String(extension);
  if (formatOfExtension(text) || (kind === 'morph' && text === 'gif')) return text;
  throw new CommandError(
    `--as is ${JSON.stringify(text)}: it must be one of ${EXTENSIONS.join(', ')}, or gif of a morph.`,
  );
}

function valuesOf(options: Options): object {
  const numbers = NUMBERS.flatMap((name) => numberAt(options, name, name));
  const names = NAMES.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]]));
  return Object.fromEntries([...numbers, ...names, ...numberAt(options, 'best-of', 'bestOf')]);
}

function morphOf(prompts: readonly PromptWish[], { seed, seeds }: Options): object {
  const each = seeds === undefined ? prompts.map(() => seed) : String(seeds).split('_');
  if (each.length !== prompts.length) {
    throw new CommandError(
      `--seeds has ${each.length} seeds; it must have one for each of the ${prompts.length} prompts.`,
    );
  }
  const keyframes = prompts.map((prompt, at) => {
    const own = each[at];
    return { ...prompt, ...(own !== undefined && { seed: numberOf('--seeds', own) }) };
  });
  return { keyframes };
}

function gridOf(prompts: readonly PromptWish[], options: Options): object {
  const { across, down } = options;
  if (across === undefined || down === undefined) {
    throw new CommandError('--across and --down go together; one is missing.');
  }
  const isOnAxis = across === 'prompt' || down === 'prompt';
  const axes = { columns: axisOf('--across', across, prompts), rows: axisOf('--down', down, prompts) };
  return { ...axes, ...variationOf(options), ...(!isOnAxis && only(prompts)) };
}

function axisOf(option: string, given: string | boolean, prompts: readonly PromptWish[]): SignedAxis {
  const [name = '', ...values] = String(given).split('_');
  if (given === 'prompt') {
    if (prompts.some(({ stages }) => stages)) {
      throw new CommandError(`${option} is prompt: its prompts have no stages of their own.`);
    }
    return { parameter: 'prompt', values: prompts.map(({ prompt }) => prompt) };
  }
  if (!Object.hasOwn(AXIS_NAMES, name) || values.length === 0) {
    const allowed = `prompt, or ${Object.keys(AXIS_NAMES).join(', ')} with values, as seed_0_1_2`;
    throw new CommandError(`${option} is ${JSON.stringify(given)}: it must be ${allowed}.`);
  }
  const parameter = AXIS_NAMES[name as keyof typeof AXIS_NAMES];
  return { parameter, values: values.map((value) => numberOf(option, value)) };
}

function variationOf(options: Options): object {
  const fields = [...numberAt(options, 'variation', 'seed'), ...numberAt(options, 'strength', 'strength')];
  return fields.length > 0 ? { variation: Object.fromEntries(fields) } : {};
}

function only([prompt, ...others]: readonly PromptWish[]): PromptWish {
  if (prompt && others.length === 0) return prompt;
  throw new CommandError('Give one prompt, in quotation marks.');
}

/** A field of an option's number, or none where it is not given. */
function numberAt(options: Options, option: string, field: string): [string, number][] {
  const given = options[option];
  return given === undefined ? [] : [[field, numberOf(`--${option}`, given)]];
}

function numberOf(option: string, given: string | boolean): number {
  if (/^\d{1,16}(?:\.\d{1,6})?$/u.test(String(given))) return Number(given);
  throw new CommandError(`${option} is ${JSON.stringify(given)}: it must be a number, 0 or above.`);
}
