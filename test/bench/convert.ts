import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { peakMemoryOf, spawnNode } from './process.ts';
import { type Measured, type Verdict, verdictOn } from './verdict.ts';

const BOUNDS = { seconds: 90, megabytes: 3_000 };
const TOKENIZER = '../shared/golden/clip/bpe_simple_vocab_16e6.txt.gz';

/** Median time and peak resident memory of converting a random checkpoint of the official size in each precision. */
export async function* benchConvert(runs: number): AsyncGenerator<Verdict, void> {
  const folder = await mkdtemp(join(tmpdir(), 'galip-bench-'));
  try {
    const maker = spawnNode(['test/fixtures/make-full-size-checkpoint.ts', folder]);
    const [code] = await once(maker, 'exit');
    if (code !== 0) throw new Error(`make-full-size-checkpoint.ts exited with ${code}`);
    for (const precision of ['fp32', 'fp16', 'int8']) {
      const measured: Measured[] = [];
      for (let run = 0; run < runs; run++) measured.push(await convert(folder, precision));
      const seconds = measured.map((run) => run.seconds).sort((a, b) => a - b)[runs >> 1] ?? Number.NaN;
      const bytes = Math.max(...measured.map((run) => run.bytes));
      yield verdictOn(`convert ${precision}, median of ${runs}`, { seconds, bytes }, BOUNDS);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function convert(folder: string, precision: string): Promise<Measured> {
  const out = join(folder, `model-${precision}`);
  const startedAt = performance.now();
  const child = spawnNode([
    'gpu-backend/convert/main.ts',
    ...['--generator', join(folder, 'galip.pth'), '--clip', join(folder, 'clip.pth')],
    ...['--tokenizer', TOKENIZER, '--out', out, '--precision', precision],
  ]);
  const peakBytes = peakMemoryOf(child);
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`the converter exited with ${code}`);
  const seconds = (performance.now() - startedAt) / 1000;
  await rm(out, { recursive: true });
  return { seconds, bytes: await peakBytes };
}
