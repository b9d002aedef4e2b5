import { once } from 'node:events';
import { join } from 'node:path';
import { spawnNode } from './process.ts';

const TOKENIZER = '../shared/golden/clip/bpe_simple_vocab_16e6.txt.gz';

/** Writes a checkpoint of the official size with random weights, 0.9 GB, to a folder that is there. */
export async function makeFullSizeCheckpoint(folder: string): Promise<void> {
  await run(['test/fixtures/make-full-size-checkpoint.ts', folder]);
}

/** Converts that checkpoint to a model directory. */
export async function convertFullSize(
  folder: string,
  out: string,
  options: readonly string[],
): Promise<void> {
  await run([
    'gpu-backend/convert/main.ts',
    ...['--generator', join(folder, 'galip.pth'), '--clip', join(folder, 'clip.pth')],
    ...['--tokenizer', TOKENIZER, '--id', 'bench', '--out', out, ...options],
  ]);
}

async function run(args: readonly string[]): Promise<void> {
  const [code] = await once(spawnNode(args), 'exit');
  if (code !== 0) throw new Error(`${args[0]} exited with ${code}`);
}
