import { noiseFromSeed } from '../../../gpu-backend/contract/noise.ts';
import { createInferenceProcess } from '../../../gpu-backend/runtime/inference-process.ts';
import { readModelManifest } from '../../../gpu-backend/runtime/model-directory.ts';
import { EMOJI_MODEL } from '../../fixtures/emoji-model.ts';
import { judge } from '../judge.ts';
import type { Verdict } from '../verdict.ts';
import { residentBytes } from './resident.ts';
import { floorsOf, type Sample, slopeOf } from './slope.ts';

/** The aim's ten thousand, and warm-up before them, for the usual three runs. */
const BATCHES_A_RUN = 4_000;
const WARM_UP_SHARE = 1 / 6;
const SAMPLE_EVERY = 20;
const FLOORS = 25;
const BUCKETS = [1, 2, 4, 8];
/** Prompts in turn: fewer than the cache of text embeddings holds, which would otherwise grow into its bound. */
const PROMPTS = 500;
/** Over ten thousand batches, in percent of what is resident. */
const MAX_GROWTH_PERCENT = 1;
const GROWTH_BATCHES = 10_000;
const HANG_LIMIT_MS = 60_000;
const NEVER = new AbortController().signal;
const COLLECTING_CHILD = new URL('collecting-child.ts', import.meta.url);
const LEAKING_CHILD = new URL('leaking-child.ts', import.meta.url);
/** A leak shows in a fraction of what its absence takes to be sure of. */
const LEAKING_SHARE = 1 / 4;

interface Growth {
  readonly residentBytes: number;
  /** Bytes a batch. */
  readonly slope: number;
  /** Over ten thousand batches; what is less may be chance. */
  readonly leastPercent: number;
}

/** Ten thousand mixed batches through the model's process: it does not grow; and one that leaks is found out. */
export async function* benchMemory(runs: number): AsyncGenerator<Verdict, void> {
  const batches = runs * BATCHES_A_RUN;
  const sound = await measureGrowth(batches, COLLECTING_CHILD);
  yield judge(describe(sound, `${batches} mixed batches`), sound.leastPercent, 'at most', MAX_GROWTH_PERCENT);
  const leaking = await measureGrowth(Math.ceil(batches * LEAKING_SHARE), LEAKING_CHILD);
  const isFound = leaking.leastPercent > MAX_GROWTH_PERCENT;
  const text = `${describe(leaking, 'a build that leaks 64 KiB a batch')}: ${leaking.leastPercent.toFixed(2)}`;
  yield { text: isFound ? `${text}, found out` : `${text}; it was not found out`, isWithin: isFound };
}

function describe({ residentBytes: bytes, slope }: Growth, what: string): string {
  const megabytes = (bytes / 1e6).toFixed(0);
  return `${what}: ${megabytes} MB, ${slope.toFixed(0)} bytes a batch, grows in 10,000 by at least %`;
}

async function measureGrowth(batches: number, program: URL): Promise<Growth> {
  const { digest, generator, text } = await readModelManifest(EMOJI_MODEL);
  const inference = createInferenceProcess({
    modelDirectory: EMOJI_MODEL,
    digest,
    imageSize: generator.imageSize,
    buckets: BUCKETS,
    textCacheBytes: 2 ** 24,
    threads: 1,
    // A machine that is busy with other work is no hang.
    hangLimitMs: HANG_LIMIT_MS,
    program,
  });
  try {
    await inference.ready;
    const pid = inference.pid() as number;
    const samples: Sample[] = [];
    for (let at = 0; at < batches; at++) {
      const bucket = BUCKETS[Math.floor(Math.random() * BUCKETS.length)] as number;
      const rows = 1 + Math.floor(Math.random() * bucket);
      const { release } = await inference.generate(
        {
          rows,
          bucket,
          noise: noiseFromSeed(at, rows * generator.noiseDim),
          texts: [
            BigInt64Array.of(BigInt(text.startToken), BigInt(1 + (at % PROMPTS)), BigInt(text.endToken)),
          ],
          sentenceOf: Array<number>(rows).fill(0),
        },
        NEVER,
      );
      release();
      if (at >= batches * WARM_UP_SHARE && at % SAMPLE_EVERY === 0) {
        samples.push({ at, value: residentBytes(pid) });
      }
    }
    const { median, low } = slopeOf(floorsOf(samples, FLOORS));
    const resident = samples[0]?.value ?? Number.NaN;
    const leastPercent = (100 * low * GROWTH_BATCHES) / resident;
    return { residentBytes: resident, slope: median, leastPercent };
  } finally {
    await inference.close();
  }
}
