import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

const FOLLOW_PARENT = import.meta.resolve('./follow-parent.ts');

/** A part may take this long to finish what it does, once asked to end. */
const GRACE_MS = 8_000;

export interface ProcessGroupOptions {
  /** Node program and its arguments. */
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly onLine: (line: string) => void;
  /** What the program sends by `process.send`. */
  readonly onMessage?: (message: unknown) => void;
}

/** A Node program with all that it starts in turn. */
export interface ProcessGroup {
  readonly pid: number | undefined;
  /** How it ended, in words; never rejects. By then nothing of the group is left. */
  readonly ended: Promise<string>;
  /** Asks it to end, and kills what is left after the grace period. */
  stop(): Promise<void>;
  /** Ends the whole group at once. */
  kill(): void;
}

/** Starts a program under this Node in a process group of its own, which a terminal's Ctrl-C does not reach. */
export function startProcessGroup(options: ProcessGroupOptions): ProcessGroup {
  const child = spawn(process.execPath, ['--no-warnings', '--import', FOLLOW_PARENT, ...options.args], {
    cwd: options.cwd,
    env: { ...options.env, GALIP_PARENT_PID: String(process.pid) },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  for (const stream of [child.stdout, child.stderr]) {
    if (stream) createInterface({ input: stream }).on('line', options.onLine);
  }
  if (options.onMessage) child.on('message', options.onMessage);
  const kill = () => killGroup(child);
  const ended = endOf(child, kill);
  return {
    pid: child.pid,
    ended,
    kill,
    async stop() {
      const timer = setTimeout(kill, GRACE_MS);
      // Its leader alone: a part ends its own children in the order that suits it.
      child.kill('SIGTERM');
      await ended;
      clearTimeout(timer);
    },
  };
}

async function endOf(child: ChildProcess, killRest: () => void): Promise<string> {
  // `close` comes after the last line of output, which what the child started may hold open.
  const closed = once(child, 'close').catch(() => undefined);
  try {
    const [code, signal] = await once(child, 'exit');
    killRest();
    await closed;
    return signal ? `signal ${signal}` : `exit code ${code}`;
  } catch (error) {
    return (error as Error).message;
  }
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // ESRCH: nothing of it is left.
  }
}
