import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { oneTensor, torchZip } from '../fixtures/checkpoints/hostile/hostile-file.ts';
import { binget, binput, global, op, pickle, text } from '../fixtures/checkpoints/pickle-assembler.ts';
import { safetensors } from '../fixtures/checkpoints/safetensors-writer.ts';
import { storage, tuple } from '../fixtures/checkpoints/torch-values.ts';
import { type Verdict, verdictOn } from './verdict.ts';

const BOUNDS = { seconds: 5, megabytes: 256 };

const OPEN = fileURLToPath(new URL('../fixtures/checkpoints/open-and-report.ts', import.meta.url));

interface Report {
  readonly tensors: number;
  readonly openMs: number;
  readonly peakBytes: number;
}

const repeated = (count: number, ...parts: readonly Buffer[]) => {
  const once = Buffer.concat(parts);
  return Buffer.alloc(count * once.length, once);
};

/** Just below the limits, so that they are read to their end. */
const HEAVY: Readonly<Record<string, () => Buffer>> = {
  '199,000 dictionaries': () =>
    torchZip(
      pickle(
        op('EMPTY_LIST'),
        repeated(199_000, op('EMPTY_DICT'), op('NONE'), op('NONE'), op('SETITEM'), op('APPEND')),
      ),
    ),
  '490,000 strings': () =>
    torchZip(pickle(op('EMPTY_LIST'), repeated(490_000, text('é'.repeat(12)), op('APPEND')))),
  '60,000 tensors of eight dimensions': () => {
    const remember = (value: Buffer, index: number) => Buffer.concat([value, binput(index), op('APPEND')]);
    const tensor = [
      binget(1),
      op('MARK'),
      binget(0),
      Buffer.from([0x4b, 0]),
      binget(2),
      binget(2),
      op('TUPLE'),
    ];
    return torchZip(
      pickle(
        op('EMPTY_LIST'),
        remember(storage({ elements: 6 }), 0),
        remember(global('torch._utils', '_rebuild_tensor'), 1),
        remember(tuple(1, 1, 1, 1, 1, 1, 1, 1), 2),
        repeated(60_000, ...tensor, op('REDUCE'), op('APPEND')),
      ),
    );
  },
  'a safetensors header of 96 MB': () => {
    const entries = Array.from(
      { length: 65_536 },
      (_, index) => `"${index}${'é'.repeat(700)}":{"dtype":"F32","shape":[0,0,0,0],"data_offsets":[0,0]}`,
    );
    return safetensors(`{${entries.join(',')}}`, Buffer.alloc(0));
  },
};

/** Median time and most memory above the file's size that the heaviest files below the limits take to open. */
export async function* benchCheckpoints(runs: number): AsyncGenerator<Verdict, void> {
  const folder = mkdtempSync(join(tmpdir(), 'galip-bench-'));
  const report = (content: Buffer): Report => {
    const file = join(folder, 'heavy.pth');
    writeFileSync(file, content);
    return JSON.parse(execFileSync(process.execPath, [OPEN, file], { encoding: 'utf8' })) as Report;
  };
  try {
    const idle = report(torchZip(oneTensor()));
    for (const [name, make] of Object.entries(HEAVY)) {
      const content = make();
      const reports = Array.from({ length: runs }, () => report(content));
      const openMs = reports.map((run) => run.openMs).sort((a, b) => a - b)[runs >> 1] ?? Number.NaN;
      const peakBytes = Math.max(...reports.map((run) => run.peakBytes));
      const bytes = peakBytes - idle.peakBytes - content.length;
      yield verdictOn(`${name}, above the file's size`, { seconds: openMs / 1000, bytes }, BOUNDS);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}
