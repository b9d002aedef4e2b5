import { access, rename, rm } from 'node:fs/promises';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { Presets, SingleBar } from 'cli-progress';
import { buildDataset } from './build-dataset.ts';
import { installPackages } from './install-packages.ts';
import { OptionError, parseOptions, USAGE } from './parse-options.ts';

const LOCK = fileURLToPath(new URL('./packages', import.meta.url));
const PACKAGES = fileURLToPath(new URL('../../../.cache/emoji-packages', import.meta.url));
const INTERRUPTED = 130;

/** Exit status: 0 done, 1 refused or failed, 130 interrupted. */
async function main(args: readonly string[]): Promise<number> {
  const interruption = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => interruption.abort());
  const bar = new SingleBar(
    { format: '{bar} {percentage}% · {value}/{total} drawings · {eta_formatted} left', hideCursor: true },
    Presets.shades_classic,
  );
  let partial: string | undefined;
  try {
    const options = parseOptions(args, process.env.INIT_CWD ?? process.cwd());
    if (!options) {
      console.log(USAGE);
      return 0;
    }
    const { out, sizes, limit, force } = options;
    if (!force && (await exists(out))) throw new OptionError(`--out ${out} exists; replace it with --force`);
    const packages = options.packages ?? (await installPackages(LOCK, PACKAGES));
    const started = performance.now();
    partial = `${out}.partial`;
    await rm(partial, { recursive: true, force: true });
    const index = await buildDataset(
      { packages, out: partial, sizes, ...(limit === undefined ? {} : { limit }) },
      { start: (total) => bar.start(total, 0), advance: () => bar.increment() },
      interruption.signal,
    );
    bar.stop();
    await rm(out, { recursive: true, force: true });
    await rename(partial, out);
    for (const { drawing, package: from, reason } of index.skipped)
      console.log(`skipped ${from} ${drawing}: ${reason}`);
    const { concepts, conceptsInFourStyles, pictures, captions, skipped, shards } = index;
    const megabytes = shards.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) / 1e6;
    const seconds = (performance.now() - started) / 1000;
    console.log(
      `${out}: ${concepts} concepts (${conceptsInFourStyles} in four styles or more), ${pictures} pictures, ${captions} captions, ` +
        `${skipped.length} drawings skipped; ${shards.length} shards, ${megabytes.toFixed(1)} MB; ${seconds.toFixed(0)} s`,
    );
    return 0;
  } catch (error) {
    bar.stop();
    if (partial !== undefined) await rm(partial, { recursive: true, force: true });
    if (interruption.signal.aborted) {
      console.error('interrupted: nothing was left behind');
      return INTERRUPTED;
    }
    if (error instanceof OptionError) console.error(`${error.message} (--help lists the options)`);
    else console.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return 1;
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

process.exitCode = await main(process.argv.slice(2));
