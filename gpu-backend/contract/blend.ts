import { z } from 'zod';

/** Texts of a blend that is asked for; what lies between two of them has up to twice as many. */
export const MAX_BLEND_TERMS = 8;
/** A weight's size beside the sum of all: further out pictures fall apart. */
export const MAX_BLEND_RATIO = 4;
/** What the weights of a canonical blend sum to. */
const WHOLE = 1_000_000;

/**
 * A blend of prompts, the written specification `blend/1`: the text, and the weight of each in millionths of the whole.
 *
 * 1. Canonical form: texts are canonical; the weights of equal texts are added up; each is divided by the sum of all and
 *    rounded (halves upwards) to billionths, so that other spellings of a weight end alike, and then to millionths; what
 *    is then missing from the whole goes to the largest weight (of equal ones the first); a text without weight is left
 *    out; texts stand in the order of their UTF-16 code units. A blend of one text is that text.
 * 2. Its sentence vector: Σ wᵢ·sᵢ / 10⁶ over the texts' vectors in that order, in float64, rounded once to float32.
 */
export const blendSchema = z
  .tuple([z.literal('blend/1')], z.tuple([z.string().min(1).max(20_000), z.int()]))
  .refine(([, ...terms]) => {
    const ratio = Math.max(...terms.map(([, weight]) => Math.abs(weight))) / WHOLE;
    // Rounding may take the largest weight past the ratio, by less than one to a term.
    return terms.length <= 2 * MAX_BLEND_TERMS && ratio < MAX_BLEND_RATIO + 1;
  }, 'has too many texts, or too large a weight')
  .refine(isCanonical, 'is not in canonical form');

/** What conditions a picture, or a stage of it, in canonical form: one text, or several. */
export const promptSchema = z.union([z.string().min(1).max(20_000), blendSchema]);
export type Prompt = z.infer<typeof promptSchema>;

export interface WeightedText {
  /** Canonical. @see canonicalise.ts */
  readonly text: string;
  readonly weight: number;
}

/** What is wrong with the weights of a blend; undefined: nothing. */
export function blendProblem(terms: readonly WeightedText[]): string | undefined {
  const merged = merge(terms);
  const sum = sumOf(merged);
  if (!(sum > 0)) return `has weights that sum to ${shown(sum)}; they must sum to more than 0`;
  const largest = Math.max(...merged.map(({ weight }) => Math.abs(weight)));
  if (largest <= MAX_BLEND_RATIO * sum) return undefined;
  return `has a weight of ±${shown(largest)} where all sum to ${shown(sum)}; allowed is up to ${MAX_BLEND_RATIO} times the sum`;
}

/** Without the noise that sums of decimal numbers have. */
function shown(weight: number): number {
  return Number(weight.toPrecision(6));
}

/** The one form in which pictures of this blend are named. @throws RangeError saying what is wrong with its weights. */
export function canonicalBlend(terms: readonly WeightedText[]): Prompt {
  const problem = blendProblem(terms);
  if (problem !== undefined) throw new RangeError(`the blend ${problem}`);
  const merged = merge(terms);
  const sum = sumOf(merged);
  const rounded = merged.map(({ text, weight }) => ({
    text,
    weight: Math.round(Math.round((weight / sum) * WHOLE * 1_000) / 1_000),
  }));
  const missing = WHOLE - sumOf(rounded);
  const largest = rounded.reduce((most, term) => (term.weight > most.weight ? term : most));
  largest.weight += missing;
  const used = rounded.filter(({ weight }) => weight !== 0);
  if (used.length === 1) return largest.text;
  return ['blend/1', ...used.map(({ text, weight }): [string, number] => [text, weight])];
}

/** A prompt's texts with their weights, which sum to one million. */
export function termsOf(prompt: Prompt): WeightedText[] {
  if (typeof prompt === 'string') return [{ text: prompt, weight: WHOLE }];
  const [, ...terms] = prompt;
  return terms.map(([text, weight]) => ({ text, weight }));
}

/** Sentence vector of a blend: its texts' vectors, all of one length, times their millionths. */
export function blendVectors(
  terms: readonly (readonly [vector: Float32Array, weight: number])[],
): Float32Array<ArrayBuffer> {
  const sums = new Float64Array(terms[0]?.[0].length ?? 0);
  for (const [vector, weight] of terms) {
    for (const [at, value] of vector.entries()) sums[at] = (sums[at] ?? 0) + weight * value;
  }
  return Float32Array.from(sums, (sum) => sum / WHOLE);
}

/** Each text once, in order. Equal texts' weights are sorted, so that the order in which they came rounds no sum. */
function merge(terms: readonly WeightedText[]): WeightedText[] {
  const weights = new Map<string, number>();
  for (const { text, weight } of terms.toSorted(compare))
    weights.set(text, (weights.get(text) ?? 0) + weight);
  return [...weights].map(([text, weight]) => ({ text, weight }));
}

function compare(a: WeightedText, b: WeightedText): number {
  if (a.text === b.text) return a.weight - b.weight;
  return a.text < b.text ? -1 : 1;
}

function sumOf(terms: readonly WeightedText[]): number {
  return terms.reduce((sum, { weight }) => sum + weight, 0);
}

function isCanonical([, ...terms]: readonly [string, ...(readonly [string, number])[]]): boolean {
  const sorted = terms.every(([text], at) => at === 0 || (terms[at - 1]?.[0] ?? '') < text);
  const sum = terms.reduce((total, [, weight]) => total + weight, 0);
  return terms.length > 1 && sorted && sum === WHOLE && terms.every(([, weight]) => weight !== 0);
}
