import { fileURLToPath } from 'node:url';
import { followLauncher } from './follow-launcher.ts';
import { parseOptions, USAGE } from './options.ts';
import { runStack } from './stack.ts';
import { StartError } from './start-error.ts';

// `npm start`: edge and backend on this machine, until Ctrl-C.

const root = fileURLToPath(new URL('../../', import.meta.url));
/** Under npm one Ctrl-C arrives twice: from the terminal, and passed on. A later one means it. */
const IMPATIENT_MS = 1_000;

const shutdown = new AbortController();
const force = new AbortController();
let askedAt = 0;
function end(): void {
  if (!shutdown.signal.aborted) {
    askedAt = performance.now();
    shutdown.abort();
  } else if (performance.now() - askedAt > IMPATIENT_MS) force.abort();
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end);
// By hand it may well outlive the shell (nohup); under npm it may not.
if (process.env.npm_lifecycle_event) followLauncher(end);
// The terminal, or the program that reads this one's output, is gone.
process.stdout.on('error', end);
process.stderr.on('error', end);

try {
  const cwd = process.env.INIT_CWD ?? process.cwd();
  const options = parseOptions(process.argv.slice(2), { root, cwd });
  if (options.help) console.log(USAGE);
  else {
    await runStack(options, {
      root,
      environment: process.env,
      out: process.stdout,
      shutdown: shutdown.signal,
      force: force.signal,
    });
  }
} catch (error) {
  // What breaks while all is being stopped was broken by that.
  if (!shutdown.signal.aborted) {
    console.error(error instanceof StartError ? `\n${error.message}` : error);
    process.exitCode = 1;
  }
}
// A part that ended may have left handles open.
process.exit();
