import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { peakMemoryOf, spawnNode } from './process.ts';

const RUNS = 3;
const TOKENIZER = '../shared/golden/clip/bpe_simple_vocab_16e6.txt.gz';

/** Time and peak resident memory of converting a random checkpoint of the official size, fp32 and fp16. */
export async function benchConvert(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'galip-bench-'));
  try {
    const maker = spawnNode(['test/fixtures/make-full-size-checkpoint.ts', folder]);
    const [code] = await once(maker, 'exit');
    if (code !== 0) throw new Error(`make-full-size-checkpoint.ts exited with ${code}`);
    for (const precision of ['fp32', 'fp16']) {
      const runs = [];
      for (let run = 0; run < RUNS; run++) runs.push(await convert(folder, precision));
      runs.sort((a, b) => a.seconds - b.seconds);
      const median = runs[Math.floor(RUNS / 2)];
      const peakMb = Math.max(...runs.map(({ peakBytes }) => peakBytes)) / 1e6;
      console.log(
        `convert ${precision}: median ${median?.seconds.toFixed(1)} s of ${RUNS}, peak ${peakMb.toFixed(0)} MB`,
      );
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function convert(folder: string, precision: string): Promise<{ seconds: number; peakBytes: number }> {
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
  const { size } = await stat(join(out, 'generator.onnx'));
  console.log(`  ${precision}: ${seconds.toFixed(1)} s, generator.onnx ${(size / 1e6).toFixed(0)} MB`);
  await rm(out, { recursive: true });
  return { seconds, peakBytes: await peakBytes };
}
