import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createElements } from '../fixtures/checkpoints/random-elements.ts';
import { parameter } from '../fixtures/checkpoints/tensor-spec.ts';
import { maxAbsDifference, psnrOf } from '../fixtures/numeric-distance.ts';
import { convertFullSize, makeFullSizeCheckpoint } from './full-size-model.ts';
import type { Verdict } from './verdict.ts';

const execute = promisify(execFile);

const THREADS = Number(process.env.THREADS ?? 2);
const BATCHES = (process.env.BATCHES ?? '1,8').split(',').map(Number);
/** Timed runs of a process, after one that warms up: a picture takes a fraction of a second, a batch of eight seconds. */
const RUNS = { single: 3, batch: 1 };
/** Guesses: checkpoint and conversions; each batch's processes once. */
const PREPARE_MINUTES = 4;
const ROUND_MINUTES = 1.5;
const PYTHON = '/usr/bin/python3';
const RUN_TORCH = fileURLToPath(new URL('run_torch_generator.py', import.meta.url));
const RUN_ONNX = fileURLToPath(new URL('run-onnx-generator.ts', import.meta.url));
const NOISE_DIM = 100;
const SENTENCE_DIM = 512;
/** Of CLIP's sentence embeddings, about. */
const SENTENCE_DEVIATION = 0.4;

const REFERENCE = 'PyTorch';
/**
 * BLAS that shares PyTorch's threads. With Debian's reference BLAS PyTorch takes ten times as long; with a BLAS of threads
 * of its own (openblas-pthread) the two sets of threads fight for the cores, and two are slower than one.
 */
const FAIR_BLAS = /openblas-openmp|libmkl/u;

interface Candidate {
  /** What the converter is told. */
  readonly options: readonly string[];
  /** The ratio to PyTorch that is aimed at. */
  readonly aim?: number;
  /** Its pictures are near, not the same: the PSNR that is aimed at, dB. */
  readonly psnr?: number;
}

const CANDIDATES: Readonly<Record<string, Candidate>> = {
  plain: { options: ['--passes', 'none'] },
  hoist: { options: ['--passes', 'hoist'] },
  'sub-pixel': { options: ['--passes', 'sub-pixel'] },
  stack: { options: ['--passes', 'stack'] },
  'hoist, sub-pixel': { options: ['--passes', 'hoist,sub-pixel'] },
  'all passes': { options: ['--passes', 'all'], aim: 2.7 },
  int8: { options: ['--precision', 'int8'], aim: 8, psnr: 43 },
};
/** Of float32 candidates against PyTorch, of pictures in −1 … 1. */
const MAX_ERROR = 1e-5;

interface Report {
  readonly ms: readonly number[];
  readonly peakBytes: number;
  /** PyTorch's. */
  readonly blas?: string;
}

interface Figures {
  readonly ms: number[];
  peakBytes: number;
  error: number;
  psnr: number;
}

/**
 * The full-size generator with random weights: PyTorch and each candidate in turn, a process of its own each time, so
 * that one at a time holds memory. Prints a table a batch; `BATCHES=1 npm run bench generator -- --runs 1` is a trial.
 */
export async function* benchGenerator(rounds: number): AsyncGenerator<Verdict, void> {
  const minutes = PREPARE_MINUTES + rounds * BATCHES.length * ROUND_MINUTES;
  yield fine(`takes about ${minutes.toFixed(0)} minutes on two quiet cores, several times that on busy ones`);
  const folder = await mkdtemp(join(tmpdir(), 'galip-bench-'));
  try {
    await makeFullSizeCheckpoint(folder);
    for (const [name, { options }] of Object.entries(CANDIDATES)) {
      const out = modelOf(folder, name);
      await convertFullSize(folder, out, options);
      // A third of a gigabyte each, and not run.
      for (const file of ['text-encoder.onnx', 'image-encoder.onnx']) await rm(join(out, file));
    }
    for (const batch of BATCHES) yield* benchBatch(folder, batch, rounds);
  } finally {
    await rm(folder, { recursive: true });
  }
}

const modelOf = (folder: string, name: string): string => join(folder, name.replaceAll(/\W+/gu, '-'));

async function* benchBatch(folder: string, batch: number, rounds: number): AsyncGenerator<Verdict, void> {
  const draw = createElements(batch);
  const values = (width: number, deviation: number): Buffer =>
    draw(parameter('input', [batch, width], { normal: deviation }));
  await writeFile(join(folder, 'noise.f32'), values(NOISE_DIM, 1));
  await writeFile(join(folder, 'sentence.f32'), values(SENTENCE_DIM, SENTENCE_DEVIATION));
  const names = [REFERENCE, ...Object.keys(CANDIDATES)];
  const figures = new Map<string, Figures>();
  let blas = '';
  for (let round = 0; round < rounds; round++) {
    for (const name of names) {
      const report = await measure(folder, name, batch);
      const before = figures.get(name) ?? { ms: [], peakBytes: 0, ...(await distance(folder, name)) };
      if (name === REFERENCE) blas = report.blas ?? '';
      before.ms.push(...report.ms);
      before.peakBytes = Math.max(before.peakBytes, report.peakBytes);
      figures.set(name, before);
    }
  }
  yield* table(figures, batch, rounds);
  const text = `PyTorch multiplied matrices with ${blas}`;
  const isWithin = FAIR_BLAS.test(blas);
  yield { text: isWithin ? text : `${text}: its times say little, install libopenblas0-openmp`, isWithin };
}

async function measure(folder: string, name: string, batch: number): Promise<Report> {
  const runs = batch === 1 ? RUNS.single : RUNS.batch;
  const numbers = [batch, THREADS, runs].map(String);
  const [program, script, model] =
    name === REFERENCE
      ? [PYTHON, RUN_TORCH, join(folder, 'galip.pth')]
      : [process.execPath, RUN_ONNX, modelOf(folder, name)];
  const args = [script, model, folder, join(folder, `${modelOf('', name)}.out`), ...numbers];
  const env = { ...process.env, OMP_NUM_THREADS: String(THREADS), MKL_NUM_THREADS: String(THREADS) };
  const { stdout } = await execute(program, args, { env });
  return JSON.parse(stdout) as Report;
}

/** Of a candidate's first picture from PyTorch's. */
async function distance(folder: string, name: string): Promise<{ error: number; psnr: number }> {
  const read = async (of: string): Promise<Float32Array> =>
    new Float32Array(new Uint8Array(await readFile(join(folder, `${modelOf('', of)}.out`))).buffer);
  const [expected, made] = await Promise.all([read(REFERENCE), read(name)]);
  return { error: maxAbsDifference(made, expected), psnr: psnrOf(made, expected) };
}

function* table(figures: ReadonlyMap<string, Figures>, batch: number, rounds: number): Generator<Verdict> {
  const ofReference = median(figures.get(REFERENCE)?.ms ?? []);
  yield fine(`\nBatch ${batch}, ${THREADS} threads, medians of ${rounds} rounds.\n`);
  yield fine('| variant | ms | × PyTorch | error | PSNR | peak resident |\n|---|---|---|---|---|---|');
  const missed: string[] = [];
  for (const [name, { ms, peakBytes, error, psnr }] of figures) {
    const ratio = ofReference / median(ms);
    const cells = [name, median(ms).toFixed(0), ratio.toFixed(2), error.toExponential(1), psnr.toFixed(1)];
    yield fine(`| ${cells.join(' | ')} dB | ${(peakBytes / 1e6).toFixed(0)} MB |`);
    const { aim = 0, psnr: aimDb } = CANDIDATES[name] ?? {};
    if (!(ratio >= aim)) missed.push(`${name}: ${ratio.toFixed(2)} × PyTorch; ${aim} are aimed at`);
    if (aimDb === undefined) {
      if (!(error <= MAX_ERROR)) missed.push(`${name}: error ${error}; at most ${MAX_ERROR} is allowed`);
    } else if (!(psnr >= aimDb)) missed.push(`${name}: ${psnr.toFixed(1)} dB; ${aimDb} are aimed at`);
  }
  for (const text of missed) yield { text, isWithin: false };
}

function fine(text: string): Verdict {
  return { text, isWithin: true };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
