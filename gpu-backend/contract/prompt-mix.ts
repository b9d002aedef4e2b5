/** One text, or several with weights, which are relative; 1 unless given. */
export type BlendWish = string | readonly { readonly text: string; readonly weight?: number | undefined }[];

/** A prompt as a request has it, with the prompts of single stages. */
export interface PromptWish {
  readonly prompt: BlendWish;
  /** By ranges of stages, as "3" or "0-2". */
  readonly stages?: Readonly<Record<string, BlendWish>> | undefined;
}

/**
 * Blends and stages on one line, as signed URLs have them: `a red apple*0.7|a banana*0.3;3-4=a fox`.
 *
 *     mix    = blend *( ";" stages "=" blend )     the prompt, then those of single stages
 *     blend  = text [ "*" weight ] *( "|" text [ "*" weight ] )     weight: a decimal number, 1 unless given
 *     stages = stage [ "-" stage ]
 *
 * Within a text `~` stands before each of `~`, `|`, `;` and `*`.
 */
export function writeMix({ prompt, stages = {} }: PromptWish): string {
  const rest = Object.entries(stages).map(([range, blend]) => `;${range}=${writeBlend(blend)}`);
  return writeBlend(prompt) + rest.join('');
}

function writeBlend(blend: BlendWish): string {
  if (typeof blend === 'string') return escapeText(blend);
  return blend.map(({ text, weight = 1 }) => `${escapeText(text)}*${Number(weight.toFixed(6))}`).join('|');
}

function escapeText(text: string): string {
  return text.replace(/[~|;*]/gu, '~$&');
}

const TOKEN = /~([~|;*])|([~|;*])|[^~|;*]+/gu;
const STAGES = /^\s*(\d{1,2}(?:-\d{1,2})?)\s*=/u;
const WEIGHT = /^\s*-?\d{1,4}(?:\.\d{1,6})?\s*$/u;

interface Term {
  text: string;
  /** As it is written; undefined: not at all. */
  weight: string | undefined;
}

interface ReadTerm {
  text: string;
  weight: number;
}

/** A mix as it was read, every weight said. */
export interface ReadMix {
  prompt: string | ReadTerm[];
  stages?: Record<string, string | ReadTerm[]>;
}

/** What `writeMix` wrote. @throws SyntaxError saying what is wrong, without repeating a text. */
export function readMix(mix: string): ReadMix {
  const [first = [], ...others] = readTerms(mix);
  const stages = new Map<string, ReadMix['prompt']>();
  for (const [head = NO_TERM, ...tail] of others) {
    const [prefix, range] = STAGES.exec(head.text) ?? [];
    if (prefix === undefined || range === undefined) {
      throw new SyntaxError('must name stages behind each ";", as ";3-4=a fox"');
    }
    if (stages.has(range)) throw new SyntaxError(`names the stages ${range} twice; allowed is once`);
    stages.set(range, blendOf([{ ...head, text: head.text.slice(prefix.length) }, ...tail]));
  }
  return { prompt: blendOf(first), ...(stages.size > 0 && { stages: Object.fromEntries(stages) }) };
}

const NO_TERM: Term = { text: '', weight: undefined };

function readTerms(mix: string): Term[][] {
  let term: Term = { ...NO_TERM };
  const parts: Term[][] = [[term]];
  const next = (): void => {
    term = { ...NO_TERM };
    parts.at(-1)?.push(term);
  };
  for (const [token, escaped, mark] of mix.matchAll(TOKEN)) {
    if (mark === '~') throw new SyntaxError('has a "~" alone; it stands before "~", "|", ";" or "*"');
    if (mark === ';') parts.push([]);
    if (mark === ';' || mark === '|') next();
    else if (mark === '*') {
      if (term.weight !== undefined) throw new SyntaxError('has two weights behind one text; allowed is one');
      term.weight = '';
    } else if (term.weight !== undefined) term.weight += token;
    else term.text += escaped ?? token;
  }
  return parts;
}

/** One text without a weight is that text alone. */
function blendOf(terms: readonly Term[]): ReadMix['prompt'] {
  const [only = NO_TERM] = terms;
  if (terms.length === 1 && only.weight === undefined) return only.text;
  return terms.map(({ text, weight = '1' }) => {
    if (!WEIGHT.test(weight)) {
      throw new SyntaxError('has a weight that is no decimal number; allowed is one as "*0.7" or "*-1"');
    }
    return { text, weight: Number(weight) };
  });
}
