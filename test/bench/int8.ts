import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, readSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { canonicalisePrompt } from '../../gpu-backend/contract/canonicalise.ts';
import type { ModelManifest } from '../../gpu-backend/contract/model-card.ts';
import { noiseFromSeed } from '../../gpu-backend/contract/noise.ts';
import { createTokeniser, type Tokenise } from '../../gpu-backend/pipeline/tokenise.ts';
import {
  createInferenceProcess,
  type InferenceProcess,
} from '../../gpu-backend/runtime/inference-process.ts';
import { readModelManifest, readTokenizer } from '../../gpu-backend/runtime/model-directory.ts';
import { judge } from './judge.ts';
import { spawnNode } from './process.ts';
import type { Verdict } from './verdict.ts';

const execute = promisify(execFile);

const { CHECKPOINT, JUDGE, CONCEPTS } = process.env;
const PYTHON = '/usr/bin/python3';
const SCRIPT = fileURLToPath(new URL('judge_pictures.py', import.meta.url));
const PRECISIONS = ['fp32', 'int8'] as const;
/** Names that calibrate; others are drawn. */
const CALIBRATION = 192;
/** Names that are drawn for each run, evenly taken from those that did not calibrate. */
const NAMES_A_RUN = 200;
const MAX_LOSS_POINTS = 1;
/** A machine that is busy with other work is no hang. */
const HANG_LIMIT_MS = 60_000;
const NEVER = new AbortController().signal;

/**
 * What eight bits cost a trained model: R@1 of its pictures by a judge that took no part in its training. Takes
 * `CHECKPOINT` (a folder with galip.pth, clip.pth and tokenizer.json), `JUDGE` (one with clip.pth and tokenizer.json) and
 * `CONCEPTS` (the data set's concepts.jsonl).
 */
export async function* benchInt8(runs: number): AsyncGenerator<Verdict, void> {
  if (!CHECKPOINT || !JUDGE || !CONCEPTS) {
    yield { text: 'CHECKPOINT, JUDGE and CONCEPTS must name two folders and a file', isWithin: false };
    return;
  }
  const lines = (await readFile(CONCEPTS, 'utf8')).trim().split('\n');
  const names = lines.map((line) => (JSON.parse(line) as { name: string }).name);
  const calibrating = evenly(names, CALIBRATION);
  const drawn = evenly(
    names.filter((name) => !calibrating.includes(name)),
    runs * NAMES_A_RUN,
  );
  const folder = await mkdtemp(join(tmpdir(), 'galip-int8-'));
  try {
    await writeFile(join(folder, 'calibration.txt'), calibrating.join('\n'));
    await writeFile(join(folder, 'names.json'), JSON.stringify(names));
    await writeFile(join(folder, 'shown.json'), JSON.stringify(drawn));
    const manifests: ModelManifest[] = [];
    for (const precision of PRECISIONS) {
      await convert(folder, CHECKPOINT, precision);
      manifests.push(await draw(join(folder, precision), drawn, join(folder, `${precision}.f32`)));
    }
    const [fp32, int8] = await rates(folder, JUDGE, manifests[0]?.generator.imageSize ?? 0);
    const psnrDb = manifests[1]?.quantisation?.psnrDb.toFixed(1);
    const text = `${drawn.length} pictures, one of ${names.length} names each: R@1 fp32 ${fp32.toFixed(3)}, int8 ${int8.toFixed(3)}`;
    yield { text: `${text}; ${psnrDb} dB between them`, isWithin: true };
    yield judge('int8: loss of R@1, points', 100 * (fp32 - int8), 'at most', MAX_LOSS_POINTS);
  } finally {
    await rm(folder, { recursive: true });
  }
}

function evenly<T>(values: readonly T[], count: number): T[] {
  const length = Math.min(count, values.length);
  return Array.from({ length }, (_, at) => values[Math.floor((at * values.length) / length)] as T);
}

async function convert(folder: string, checkpoint: string, precision: string): Promise<void> {
  const child = spawnNode([
    'gpu-backend/convert/main.ts',
    ...['--generator', join(checkpoint, 'galip.pth'), '--clip', join(checkpoint, 'clip.pth')],
    ...['--tokenizer', join(checkpoint, 'tokenizer.json'), '--id', 'bench', '--out', join(folder, precision)],
    ...['--precision', precision],
    ...(precision === 'int8' ? ['--calibration-prompts', join(folder, 'calibration.txt')] : []),
  ]);
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`the converter exited with ${code} for ${precision}`);
}

/** A picture of each name, one a batch as a CPU serves them, float32 behind each other. */
async function draw(directory: string, names: readonly string[], out: string): Promise<ModelManifest> {
  const manifest = await readModelManifest(directory);
  const tokenise = createTokeniser(await readTokenizer(directory, manifest), manifest.text);
  const inference = createInferenceProcess({
    modelDirectory: directory,
    digest: manifest.digest,
    imageSize: manifest.generator.imageSize,
    buckets: [1],
    textCacheBytes: 0,
    threads: 1,
    hangLimitMs: HANG_LIMIT_MS,
  });
  const file = createWriteStream(out);
  try {
    for (const [seed, name] of names.entries()) {
      file.write(await picture(inference, tokenise, name, noiseFromSeed(seed, manifest.generator.noiseDim)));
    }
    file.end();
    await once(file, 'finish');
    return manifest;
  } finally {
    await inference.close();
  }
}

async function picture(
  inference: InferenceProcess,
  tokenise: Tokenise,
  name: string,
  noise: Float32Array<ArrayBuffer>,
): Promise<Uint8Array> {
  const texts = [tokenise(canonicalisePrompt(name))];
  const batch = { rows: 1, bucket: 1, noise, texts, sentenceOf: [0] };
  const { pictures, release } = await inference.generate(batch, NEVER);
  const bytes = new Uint8Array(pictures.rowBytes);
  readSync(pictures.fd, bytes, 0, bytes.length, pictures.position);
  release();
  return bytes;
}

/** R@1 for each precision. */
async function rates(folder: string, judgeFolder: string, imageSize: number): Promise<[number, number]> {
  const files = PRECISIONS.map((precision) => join(folder, `${precision}.f32`));
  const inputs = [join(judgeFolder, 'clip.pth'), join(folder, 'names.json'), join(folder, 'shown.json')];
  const { stdout } = await execute(PYTHON, [SCRIPT, ...inputs, String(imageSize), ...files]);
  const [fp32, int8] = JSON.parse(stdout) as { readonly r1: number }[];
  return [fp32?.r1 ?? Number.NaN, int8?.r1 ?? Number.NaN];
}
