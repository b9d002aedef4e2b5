import { readMix } from '../../gpu-backend/contract/prompt-mix.ts';
import type { SignableFile } from '../../gpu-backend/contract/signable-file.ts';
import { CommandError } from '../command/command-error.ts';
import { readOptions } from '../command/read-options.ts';
import { parseExpiry } from '../keys/option-values.ts';
import { readFileOptions } from './read-file-options.ts';

export const USAGE: string = `npm run sign-url -- PROMPT [--as webp|png|jpg|avif|gif] [--size PIXELS] [--seed N] [--quality 1…100]
    [--preset NAME] [--visibility private] [--truncation 0.7] [--variation SEED --strength 0…1]
    [--mix] [--best-of 1…16] [--judge independent|clip] [--expires WHEN] [--data DIR]
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
  /** What the URL leads to; the edge checks what its values may be. */
  readonly file: SignableFile;
  /** As given; undefined: the default data folder. */
  readonly dataDir: string | undefined;
}

/**
 * The command line of `npm run sign-url`; undefined where help is asked for.
 * @throws CommandError naming what is wrong, and what is allowed.
 */
export function parseCommand(argv: readonly string[], nowS: number): SignCommand | undefined {
  const { values, positionals } = parse(argv);
  const { help, data: dataDir, mix, expires, ...options } = values;
  if (help || positionals.length === 0) return undefined;
  const prompts = positionals.map((text) => (mix ? mixOf(text) : { prompt: text }));
  const expiresAt = expires === undefined ? null : parseExpiry(expires, nowS);
  const file = readFileOptions(prompts, options);
  return {
    file: { ...file, ...(expiresAt !== null && { expires: new Date(expiresAt * 1000) }) },
    dataDir,
  };
}

function mixOf(text: string) {
  try {
    return readMix(text);
  } catch (cause) {
    throw new CommandError(`PROMPT ${(cause as SyntaxError).message}.`, { cause });
  }
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
      judge: string,
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
