import { formatOfExtension } from '../../gpu-backend/contract/image-format.ts';
import { writeChain } from '../../gpu-backend/contract/prompt-chain.ts';
import { NO_URL_OPTIONS, type SignableUrl } from '../../gpu-backend/contract/url-signature.ts';
import { CommandError } from '../command/command-error.ts';
import { readOptions } from '../command/read-options.ts';
import { parseExpiry } from '../keys/option-values.ts';

const EXTENSIONS = ['webp', 'png', 'jpg', 'avif'];
/** What stands in the URL as it is given; the edge checks it. */
const PASSED_ON = [
  'preset',
  'size',
  'seed',
  'quality',
  'visibility',
  'truncation',
  'variation',
  'strength',
  'best_of',
  'frames',
  'seeds',
  'easing',
  'fps',
  'output',
  'columns',
  'across',
  'down',
] as const;
/** Those that are there or not. */
const FLAGS = ['loop', 'lossless'] as const;

export const USAGE: string = `npm run sign-url -- PROMPT [--as webp|png|jpg|avif|gif] [--size PIXELS] [--seed N] [--quality 1…100]
    [--preset NAME] [--visibility private] [--truncation 0.7] [--variation SEED --strength 0…1]
    [--mix] [--best-of 1…16] [--expires WHEN] [--data DIR]
npm run sign-url -- PROMPT PROMPT… --frames N [--seeds 7_9] [--loop] [--easing ease-in-out] [--fps N] [--output sheet] [--columns N]
npm run sign-url -- PROMPT… --across AXIS --down AXIS

  The second form makes a morph from prompt to prompt, the third a grid; both take the first one's options, and --lossless.
  AXIS   prompt (each PROMPT is a value), or seed_0_1_2, truncation_0.5_1, variation_5_6, strength_0_0.5

  --mix  PROMPT is texts with weights, then stages with theirs: "a red apple*0.7|a banana*0.3;3-4=a fox"; within texts
         ~ stands before each of ~|;*
  WHEN   a duration from now (90d, 12h, 30m) or a date (2027-01-31)

Prints the URL of a picture, to be used as <img src>. Asks GALIP_URL for the signing secret of GALIP_API_KEY; where
neither is set, the stack that \`npm start\` runs.`;

export interface SignCommand {
  readonly url: Omit<SignableUrl, 'keyId'>;
  /** As given; undefined: the default data folder. */
  readonly dataDir: string | undefined;
}

/**
 * The command line of `npm run sign-url`; undefined where help is asked for.
 * @throws CommandError naming what is wrong, and what is allowed.
 */
export function parseCommand(argv: readonly string[], nowS: number): SignCommand | undefined {
  const { values, positionals } = parse(argv);
  const [prompt, ...others] = positionals;
  if (values.help || prompt === undefined) return undefined;
  const extension = values.as ?? 'webp';
  const isMorph = values.frames !== undefined;
  if (!formatOfExtension(extension) && !(isMorph && extension === 'gif')) {
    throw new CommandError(
      `--as is ${JSON.stringify(extension)}: it must be one of ${EXTENSIONS.join(', ')}, or gif of a morph.`,
    );
  }
  const given = { ...values, best_of: values['best-of'] };
  const pairs = PASSED_ON.flatMap((name) => (given[name] === undefined ? [] : [`${name}:${given[name]}`]));
  for (const name of FLAGS) if (values[name]) pairs.push(`${name}:true`);
  if (values.mix) pairs.push('prompt:mix');
  const expires = values.expires === undefined ? null : parseExpiry(values.expires, nowS);
  if (expires !== null) pairs.push(`expires:${expires}`);
  const isChain = isMorph || values.across === 'prompt' || values.down === 'prompt';
  if (others.length > 0 && !isChain) throw new CommandError('Give one prompt, in quotation marks.');
  const text = isChain ? writeChain(positionals) : prompt;
  return {
    url: { options: pairs.join(',') || NO_URL_OPTIONS, prompt: text, extension },
    dataDir: values.data,
  };
}

function parse(argv: readonly string[]) {
  const string = { type: 'string' } as const;
  return readOptions({
    args: [...argv],
    allowPositionals: true,
    options: {
      as: string,
      size: string,
      seed: string,
      quality: string,
      preset: string,
      visibility: string,
      truncation: string,
      variation: string,
      strength: string,
      'best-of': string,
      frames: string,
      seeds: string,
      easing: string,
      fps: string,
      output: string,
      columns: string,
      across: string,
      down: string,
      loop: { type: 'boolean' },
      lossless: { type: 'boolean' },
      mix: { type: 'boolean' },
      expires: string,
      data: string,
      help: { type: 'boolean', short: 'h' },
    },
  });
}
