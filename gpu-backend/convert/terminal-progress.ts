import { Presets, SingleBar } from 'cli-progress';
import type { Progress } from './convert-model.ts';

export interface TerminalProgress extends Progress {
  /** Leaves the line, whatever was reached. */
  stop(): void;
}

const BYTES_PER_MB = 1e6;

/** A progress bar on a terminal; silent where the output is no terminal. */
export function createTerminalProgress(stream: NodeJS.WriteStream): TerminalProgress {
  const bar = new SingleBar(
    { stream, format: '{bar} {percentage}% · {value}/{total} MB · {eta_formatted} left', hideCursor: true },
    Presets.shades_classic,
  );
  let written = 0;
  return {
    start(totalBytes) {
      bar.start(Math.ceil(totalBytes / BYTES_PER_MB), 0);
    },
    advance(sizeBytes) {
      written += sizeBytes;
      bar.update(Math.ceil(written / BYTES_PER_MB));
    },
    stop: () => bar.stop(),
  };
}
