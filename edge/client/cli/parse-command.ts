import { parseArgs } from 'node:util';
import { readMix } from '../../../gpu-backend/contract/prompt-mix.ts';
import type { Grid, Interpolation, JobFields } from '../compositions.ts';
import type { JobRequest } from '../jobs/jobs.ts';
import { CommandError } from './command-error.ts';
import { GRID_OPTIONS, readGridOptions } from './grid-options.ts';
import { MORPH_OPTIONS, readMorphOptions } from './morph-options.ts';
import { PICTURE_OPTIONS, readPictureOptions, refuseOptions } from './picture-options.ts';

export const USAGE: string = `galip PROMPT [-o FILE] [options]
galip morph PROMPT PROMPT… [-o FILE] [options]      an animation from picture to picture
galip grid PROMPT… --across AXIS --down AXIS         a labelled sheet of pictures that differ in two ways

  -o, --output FILE     where the picture goes; several are FILE-1, FILE-2 …; - is standard output.
                        By default a file named after the prompt, which must not exist yet
  --url                 print URLs, one a line, and write no file
  --json                print the whole answer as JSON; a file is written only with -o
  --dry-run             print what it would cost, and make nothing

  -n, --count N         number of pictures            --format webp|png|jpeg|avif   by default as FILE ends,
  --seed N|random       picture i has seed + i                                      else webp
  --seeds 0,4-6         the seed of each picture      --quality 0…100
  --size 128            edge in pixels                --visibility public|private
  --truncation 0.7      noise × ψ, above 0 … 1.5      --model ID
  --best-of 8           so many are made and charged, of which the N best come back, as seen by
  --judge independent|clip   one that took no part in the training, or the model's own CLIP
  --variation 5:0.3     noise moved towards another seed's, by a strength of 0 … 1

  --mix                 PROMPT is texts with weights, then stages with theirs:
                        "a red apple*0.7|a banana*0.3;3-4=a fox"; within texts ~ stands before each of ~|;*

  morph: --frames 24  --fps 12  --loop  --easing linear|ease-in|ease-out|ease-in-out  --seeds 7,9 (one a prompt)
         --format webp|gif  --lossless  --sheet (a sprite sheet, webp or png)  --columns N

  grid:  AXIS is seed=0,1,2  truncation=0.5,1  variation=5,6  strength=0,0.5  or prompt; with several prompts the axis that
         is not given is theirs.  --format webp|png  --lossless; --variation also SEED or :STRENGTH, the other on an axis

  --async               as a job, waited for; --deadline SECONDS is how long it may take
  --timeout SECONDS     for each try (60); what passes by itself is tried again
  --base-url URL        the service; else GALIP_BASE_URL, else the one that \`npm start\` runs in this folder
  -h, --help, --version

The API key is GALIP_API_KEY, else that of \`npm start\` in this folder.
Exit codes: 0 done, 1 failed, 2 wrong request or command line, 3 key refused, 4 no credit or budget,
5 busy or not reachable: try later, 6 not allowed by the content policy, 130 interrupted.`;

/** What is asked for. */
export type Order =
  | { readonly kind: 'images'; readonly request: JobRequest }
  | { readonly kind: 'morph'; readonly request: Interpolation & JobFields }
  | { readonly kind: 'grid'; readonly request: Grid & JobFields };

export interface Command {
  /** As it was given: what a file is named after. */
  readonly prompt: string;
  readonly order: Order;
  /** File, or - for standard output; undefined: a name of its own, if files are written at all. */
  readonly output: string | undefined;
  readonly prints: 'nothing' | 'urls' | 'json';
  readonly isDryRun: boolean;
  readonly isJob: boolean;
  readonly timeoutMs: number | undefined;
  readonly baseUrl: string | undefined;
}

const IMAGE_ENDINGS: Readonly<Record<string, string>> = {
  webp: 'webp',
  png: 'png',
  jpg: 'jpeg',
  jpeg: 'jpeg',
  avif: 'avif',
};

const MORPH_ENDINGS: Readonly<Record<string, string>> = { webp: 'webp', gif: 'gif', png: 'png' };
const NOT_FOR_IMAGES = [...Object.keys(MORPH_OPTIONS), ...Object.keys(GRID_OPTIONS), 'lossless'];
const GRID_ENDINGS: Readonly<Record<string, string>> = { webp: 'webp', png: 'png' };

/** @throws CommandError naming what is wrong, and what is allowed. */
export function parseCommand(argv: readonly string[]): Command | 'help' | 'version' {
  const { values, positionals } = read(argv);
  if (values.help) return 'help';
  if (values.version) return 'version';
  const { kind, prompts } = kindOf(positionals);
  const { output, timeout } = values;
  if (values.url && values.json)
    throw new CommandError('--url and --json do not go together: --json has URLs.');
  if (values.deadline !== undefined && !values.async) {
    throw new CommandError('--deadline is for jobs: it goes together with --async.');
  }
  return {
    prompt: prompts.join(' '),
    order: orderOf(kind, prompts, values),
    output,
    prints: values.json ? 'json' : values.url ? 'urls' : 'nothing',
    isDryRun: values['dry-run'] ?? false,
    isJob: values.async ?? false,
    timeoutMs: timeout === undefined ? undefined : secondsOf(timeout) * 1000,
    baseUrl: values['base-url'],
  };
}

type Values = ReturnType<typeof read>['values'];

/** @throws CommandError where there is not one prompt, or those of a command. */
function kindOf([first, ...others]: readonly string[]): Pick<Order, 'kind'> & { prompts: readonly string[] } {
  if (first === 'morph' && others.length > 1) return { kind: 'morph', prompts: others };
  if (first === 'grid' && others.length > 0) return { kind: 'grid', prompts: others };
  // A single word is a prompt, whatever it is.
  if (first !== undefined && others.length === 0) return { kind: 'images', prompts: [first] };
  throw new CommandError('Give one prompt, in quotation marks: galip "a red apple". --help has the options.');
}

/** @throws CommandError naming the option that cannot be read, or that has no meaning here. */
function orderOf(kind: Order['kind'], prompts: readonly string[], values: Values): Order {
  const texts = prompts.map((prompt) => textOf(prompt, values));
  if (kind === 'morph') {
    const format = values.format ?? formatOf(values.output, MORPH_ENDINGS);
    return { kind, request: readMorphOptions(texts, { ...values, format }) };
  }
  if (kind === 'grid') {
    const format = values.format ?? formatOf(values.output, GRID_ENDINGS);
    return { kind, request: readGridOptions(texts, { ...values, format }) };
  }
  const [text = { prompt: '' }] = texts;
  refuseOptions('galip PROMPT', values, NOT_FOR_IMAGES);
  const format = values.format ?? formatOf(values.output, IMAGE_ENDINGS);
  return { kind, request: { ...text, ...readPictureOptions({ ...values, format }) } };
}

function read(argv: readonly string[]) {
  const boolean = { type: 'boolean' } as const;
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        ...PICTURE_OPTIONS,
        ...MORPH_OPTIONS,
        ...GRID_OPTIONS,
        lossless: boolean,
        output: { type: 'string', short: 'o' },
        url: boolean,
        json: boolean,
        'dry-run': boolean,
        mix: boolean,
        async: boolean,
        timeout: { type: 'string' },
        'base-url': { type: 'string' },
        help: { type: 'boolean', short: 'h' },
        version: boolean,
      },
    });
  } catch (cause) {
    throw new CommandError((cause as Error).message, { cause });
  }
}

function textOf(prompt: string, { mix }: Values): Pick<JobRequest, 'prompt' | 'stages'> {
  if (!mix) return { prompt };
  try {
    return readMix(prompt);
  } catch (cause) {
    throw new CommandError(`PROMPT ${(cause as SyntaxError).message}.`, { cause });
  }
}

function formatOf(output = '-', formats: Readonly<Record<string, string>>): string {
  const [, ending] = /\.(\w+)$/u.exec(output) ?? [];
  if (ending === undefined) return 'webp';
  const format = formats[ending.toLowerCase()];
  if (format !== undefined) return format;
  const allowed = Object.keys(formats).join(', ');
  throw new CommandError(`-o ends in .${ending}: it must be one of ${allowed}, or --format must say.`);
}

function secondsOf(text: string): number {
  const seconds = Number(text);
  if (seconds > 0 && seconds <= 86_400) return seconds;
  throw new CommandError(`--timeout is ${JSON.stringify(text)}: it must be seconds, above 0 … 86400.`);
}
