import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Checkpoint } from './checkpoint/checkpoint.ts';
import type { JudgeOptions } from './convert-options.ts';
import { readJudgeDescription } from './judge-description.ts';
import { type JudgePlan, type JudgePlanOptions, planJudge } from './plan-judge.ts';
import { type LoadedTokenizer, loadTokenizer, type TokenizerSources } from './tokenizer/load-tokenizer.ts';

export interface LoadedJudge {
  readonly name: string;
  readonly plan: JudgePlan;
  readonly tokenizer: LoadedTokenizer;
  /** Whether its tokenizer is another than the model's. */
  readonly hasOwnTokenizer: boolean;
  /** The files that it came from. */
  readonly inputs: readonly string[];
}

/** What it has to do with the model. */
interface JudgedModel extends Pick<JudgePlanOptions, 'floatType' | 'pictureSize'> {
  readonly tokenizer: LoadedTokenizer;
  readonly tokenizerSources: TokenizerSources;
}

/**
 * Reads a judge: its plan, and the tokenizer that its vocabulary fits.
 * @throws CheckpointError
 */
export async function loadJudge(
  { checkpoint: file, tokenizer, name }: JudgeOptions,
  open: (file: string) => Checkpoint,
  { floatType, pictureSize, ...model }: JudgedModel,
): Promise<LoadedJudge> {
  const description = await readJudgeDescription(file);
  const plan = planJudge(open(file), { ...description, floatType, pictureSize });
  const own = tokenizer ?? (await fileBeside(file, 'tokenizer.json'));
  const sources = own === undefined ? model.tokenizerSources : { tokenizer: own };
  const loaded = await loadTokenizer(sources, { file, vocabSize: plan.text.vocabSize });
  return {
    name,
    plan,
    tokenizer: loaded,
    hasOwnTokenizer: !Buffer.from(loaded.bytes).equals(model.tokenizer.bytes),
    inputs: own === undefined ? [file] : [file, own],
  };
}

async function fileBeside(file: string, name: string): Promise<string | undefined> {
  const path = join(dirname(file), name);
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() ? path : undefined;
}
