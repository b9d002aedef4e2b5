import { z } from 'zod';
import { canonicalBlend, type Prompt, promptSchema, termsOf } from './blend.ts';

/** More than any generator of this family has. */
const MAX_STAGES = 32;

/**
 * Stages whose condition differs from the first one's, the written specification `stages/1`: first and last stage of
 * each run (0 the mapper, then the generator's blocks, coarse to fine), and its prompt. Each of these stages is
 * conditioned by noise ++ its prompt's sentence vector; all others by noise ++ that of the picture's `prompt`.
 *
 * Canonical form: the picture's prompt is that of stage 0; runs rise, none has the same prompt as its neighbour.
 */
export const stagesSchema = z.tuple(
  [z.literal('stages/1')],
  z.tuple([z.int().min(1).max(MAX_STAGES), z.int().min(1).max(MAX_STAGES), promptSchema]),
);
type Stages = z.infer<typeof stagesSchema>;

/** What conditions a picture beside its noise, in canonical form. */
export interface Condition {
  /** Of stage 0, and of every stage that `stages` does not name. */
  readonly prompt: Prompt;
  readonly stages?: Stages | undefined;
}

/** The one form in which pictures of these stages' prompts are named; stages behind them have the first one's. */
export function canonicalCondition(prompts: readonly [Prompt, ...Prompt[]]): Condition {
  const [prompt] = prompts;
  const runs: [first: number, last: number, prompt: Prompt][] = [];
  for (const [stage, own] of prompts.entries()) {
    const run = runs.at(-1);
    if (run && run[1] === stage - 1 && isSame(run[2], own)) run[1] = stage;
    else if (!isSame(own, prompt)) runs.push([stage, stage, own]);
  }
  return { prompt, ...(runs.length > 0 && { stages: ['stages/1', ...runs] }) };
}

/** The prompt of each of the first `count` stages. */
export function stagePromptsOf({ prompt, stages }: Condition, count: number): [Prompt, ...Prompt[]] {
  const [, ...runs] = stages ?? [];
  const others = Array.from({ length: count - 1 }, (_, at): Prompt => {
    const run = runs.find(([first, last]) => first <= at + 1 && at + 1 <= last);
    return run ? run[2] : prompt;
  });
  return [prompt, ...others];
}

/** Stages that a condition reaches: one more than the last it names. */
export function stagesReachedBy({ stages }: Condition): number {
  const [, ...runs] = stages ?? [];
  return Math.max(0, ...runs.map(([, last]) => last)) + 1;
}

export function isCanonicalCondition(condition: Condition): boolean {
  const { prompt, stages } = canonicalCondition(stagePromptsOf(condition, stagesReachedBy(condition)));
  return isSame([prompt, stages], [condition.prompt, condition.stages]);
}

/** Every text that a condition has, once. */
export function textsOf({ prompt, stages }: Condition): string[] {
  const [, ...runs] = stages ?? [];
  const prompts = [prompt, ...runs.map(([, , own]) => own)];
  return [...new Set(prompts.flatMap((one) => termsOf(one).map(({ text }) => text)))];
}

/**
 * The condition that lies `t` (0 … 1) of the way from one to another, in a straight line between the sentence vectors of
 * each stage. At 0 it is the first and at 1 the second, by name and so byte for byte.
 */
export function conditionBetween(from: Condition, to: Condition, t: number): Condition {
  // Behind the last stage that either names lies one more, which stands for all that neither does.
  const count = Math.max(stagesReachedBy(from), stagesReachedBy(to));
  const targets = stagePromptsOf(to, count);
  const [first, ...others] = stagePromptsOf(from, count).map((prompt, stage) =>
    promptBetween(prompt, targets[stage] ?? to.prompt, t),
  );
  return canonicalCondition([first ?? from.prompt, ...others]);
}

function promptBetween(from: Prompt, to: Prompt, t: number): Prompt {
  const weighed = (prompt: Prompt, share: number) =>
    termsOf(prompt).map(({ text, weight }) => ({ text, weight: weight * share }));
  return canonicalBlend([...weighed(from, 1 - t), ...weighed(to, t)]);
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
