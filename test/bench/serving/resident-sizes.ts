import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EMOJI_MODEL } from '../../fixtures/emoji-model.ts';
import { convertFullSize, makeFullSizeCheckpoint } from '../full-size-model.ts';
import type { Verdict } from '../verdict.ts';
import { startLocalBackend } from './local-backend.ts';
import { runClosedLoad } from './open-load.ts';
import { residentBytes } from './resident.ts';

const PRECISIONS = ['fp32', 'fp16', 'int8'];
const CLIENTS = 8;
/** Long enough for batches of every size that was warmed. */
const SECONDS_A_RUN = 5;
/** The slowest model loads in a minute on a busy machine, and a batch of it takes seconds. */
const DEADLINE_MS = 120_000;

/** What server and model hold under load, by model and precision: the default model, and one of the official size. */
export async function* benchResident(runs: number): AsyncGenerator<Verdict, void> {
  yield fine(
    '| model | precision | server process | model process | the model’s peak |\n|---|---|---|---|---|',
  );
  yield fine(await row('default', EMOJI_MODEL, runs));
  const folder = await mkdtemp(join(tmpdir(), 'galip-bench-'));
  try {
    await makeFullSizeCheckpoint(folder);
    for (const precision of PRECISIONS) {
      const out = join(folder, precision);
      await convertFullSize(folder, out, ['--precision', precision]);
      yield fine(await row('official size', out, runs));
      await rm(out, { recursive: true });
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function row(name: string, directory: string, runs: number): Promise<string> {
  const { precision } = JSON.parse(await readFile(join(directory, 'model.json'), 'utf8')) as {
    precision: string;
  };
  const backend = await startLocalBackend({
    MODEL_DIR: directory,
    DEADLINE_MS: String(DEADLINE_MS),
    BATCH_BUCKETS: '1,2,4,8',
  });
  try {
    await runClosedLoad(() => backend.generate(), CLIENTS, runs * SECONDS_A_RUN);
    const model = backend.childPid();
    const peak = /VmHWM:\s+(\d+) kB/u.exec(await readFile(`/proc/${model}/status`, 'utf8'))?.[1];
    const bytes = [residentBytes(backend.pid), residentBytes(model), Number(peak) * 1024];
    return `| ${[name, precision, ...bytes.map((one) => `${(one / 1e6).toFixed(0)} MB`)].join(' | ')} |`;
  } finally {
    await backend.stop();
  }
}

function fine(text: string): Verdict {
  return { text, isWithin: true };
}
