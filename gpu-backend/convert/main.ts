import { performance } from 'node:perf_hooks';
import { modelFilesOf } from '../contract/model-card.ts';
import { CheckpointError } from './checkpoint/checkpoint-error.ts';
import { convertModel } from './convert-model.ts';
import { PrecisionError } from './graph/initialiser.ts';
import { OutputExistsError } from './output-directory.ts';
import { OptionError, parseOptions, USAGE } from './parse-options.ts';
import { createTerminalProgress } from './terminal-progress.ts';

const INTERRUPTED = 130;

/** Where the user is: npm runs its scripts in the project's root, whatever folder it was called in. */
function userFolder({ npm_lifecycle_event: script, INIT_CWD: folder }: NodeJS.ProcessEnv): string {
  return (script === 'convert' && folder) || process.cwd();
}

/** Exit status: 0 done, 1 refused or failed, 130 interrupted. */
async function main(args: readonly string[]): Promise<number> {
  const interruption = new AbortController();
  const progress = createTerminalProgress(process.stderr);
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => interruption.abort());
  try {
    const options = parseOptions(args, userFolder(process.env));
    if (!options) {
      console.log(USAGE);
      return 0;
    }
    const started = performance.now();
    const manifest = await convertModel(options, progress, interruption.signal);
    progress.stop();
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    const sizes = [...modelFilesOf(manifest)].map(
      ([name, file]) => `${name} ${(file.sizeBytes / 1e6).toFixed(1)} MB`,
    );
    console.log(`${options.out}: ${sizes.join(', ')}; digest ${manifest.digest}; ${seconds} s`);
    return 0;
  } catch (error) {
    progress.stop();
    if (interruption.signal.aborted) {
      console.error('interrupted: nothing was left behind');
      return INTERRUPTED;
    }
    console.error(explain(error));
    return 1;
  }
}

/** One line for what a user can mend; all of it for what only we can. */
function explain(error: unknown): string {
  const isExplained = [CheckpointError, OutputExistsError, PrecisionError].some(
    (kind) => error instanceof kind,
  );
  if (error instanceof Error && (isExplained || 'syscall' in error)) return error.message;
  if (error instanceof OptionError) return `${error.message} (--help lists the options)`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

process.exitCode = await main(process.argv.slice(2));
