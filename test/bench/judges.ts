import { canonicalisePrompt } from '../../gpu-backend/contract/canonicalise.ts';
import { noiseFromSeed } from '../../gpu-backend/contract/noise.ts';
import { SCORE_JUDGES, type ScoreJudge } from '../../gpu-backend/contract/score-judge.ts';
import { createTokeniser } from '../../gpu-backend/pipeline/tokenise.ts';
import {
  readJudgeTokenizer,
  readModelManifest,
  readTokenizer,
} from '../../gpu-backend/runtime/model-directory.ts';
import { loadOnnxModel } from '../../gpu-backend/runtime/onnx-model.ts';
import { EMOJI_MODEL } from '../fixtures/emoji-model.ts';
import type { Verdict } from './verdict.ts';

const SEEDS = 8;
/** Things and faces, plain and with a style or a colour; none was looked at before. */
const PROMPTS: readonly string[] = [
  ...['a red apple', 'a banana', 'a pizza', 'a slice of watermelon', 'a birthday cake', 'a cup of coffee'],
  ...['a hamburger', 'a strawberry', 'an ice cream', 'a dog face', 'a cat face', 'a green frog', 'a penguin'],
  ...['a fox', 'a blue fish', 'an octopus', 'a bee', 'a butterfly', 'a lion', 'a panda', 'a sunflower'],
  ...['a cactus', 'a pine tree', 'a rainbow', 'a full moon', 'a snowman', 'a red heart', 'a blue heart'],
  ...['a smiling face', 'an angry face', 'a crying face', 'a robot', 'a ghost', 'a rocket', 'a red car'],
  ...['a bicycle', 'a guitar', 'a soccer ball', 'a 3d house', 'a flat umbrella'],
];

/** The scores of a prompt's seeds by each judge. */
type Scores = Readonly<Record<ScoreJudge, readonly number[]>>;

/** How often the default model's two judges choose the same of eight pictures, and what the choice is worth to each. */
export async function* benchJudges(): AsyncGenerator<Verdict, void> {
  const all = await scoreAll();
  const same = all.filter((scores) => best(scores, 'clip') === best(scores, 'independent')).length;
  const byChance = (all.length / SEEDS).toFixed(0);
  yield fine(
    `${all.length} prompts, ${SEEDS} seeds: the same choice ${same} times; by chance ${byChance}; correlation ${mean(all.map(correlation)).toFixed(2)}`,
  );
  for (const judge of SCORE_JUDGES) {
    const scoreOf = (pick: (scores: Scores) => number): string =>
      mean(all.map((scores) => scores[judge][pick(scores)] ?? Number.NaN)).toFixed(3);
    const choices = SCORE_JUDGES.map(
      (chooser) => `${chooser}'s choice ${scoreOf((scores) => best(scores, chooser))}`,
    );
    yield fine(`mean score by ${judge}: the first ${scoreOf(() => 0)}, ${choices.join(', ')}`);
  }
}

async function scoreAll(): Promise<Scores[]> {
  const manifest = await readModelManifest(EMOJI_MODEL);
  if (!manifest.judge) throw new Error('the default model has no second judge');
  const tokenise = createTokeniser(await readTokenizer(EMOJI_MODEL, manifest), manifest.text);
  const judgeTokenise = createTokeniser(await readJudgeTokenizer(EMOJI_MODEL, manifest), manifest.judge.text);
  const rows = SCORE_JUDGES.length * SEEDS;
  const model = await loadOnnxModel({
    ...{ modelDirectory: EMOJI_MODEL, digest: manifest.digest, providers: ['cpu'], buckets: [rows] },
    ...{ convolutionSearch: 'heuristic', threads: 0, textCacheBytes: 0 },
  });
  const { noiseDim } = manifest.generator;
  const noise = new Float32Array(rows * noiseDim);
  for (let row = 0; row < rows; row++) noise.set(noiseFromSeed(row % SEEDS, noiseDim), row * noiseDim);
  const found: Scores[] = [];
  for (const prompt of PROMPTS.map(canonicalisePrompt)) {
    const { scores = [] } = await model.run({
      ...{ rows, bucket: rows, noise, texts: [tokenise(prompt)], judgeTexts: [judgeTokenise(prompt)] },
      sentenceOf: Array<number>(rows).fill(0),
      judgeOf: SCORE_JUDGES.flatMap((judge) => Array<ScoreJudge>(SEEDS).fill(judge)),
    });
    const of = (judge: ScoreJudge): number[] => {
      const from = SCORE_JUDGES.indexOf(judge) * SEEDS;
      return scores.slice(from, from + SEEDS).map((score) => score ?? Number.NaN);
    };
    found.push({ clip: of('clip'), independent: of('independent') });
  }
  return found;
}

function best(scores: Scores, judge: ScoreJudge): number {
  return scores[judge].indexOf(Math.max(...scores[judge]));
}

/** Pearson's, of the two judges' scores of one prompt. */
function correlation({ clip, independent }: Scores): number {
  const [a, b] = [clip, independent].map((scores) => scores.map((score) => score - mean(scores))) as [
    number[],
    number[],
  ];
  const dot = (x: number[], y: number[]): number => x.reduce((sum, one, at) => sum + one * (y[at] ?? 0), 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function fine(text: string): Verdict {
  return { text, isWithin: true };
}
