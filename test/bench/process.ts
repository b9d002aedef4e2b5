import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';

const ROOT = new URL('../..', import.meta.url);
/** The kernel keeps the peak itself; reading it this often only bounds what is missed at the very end. */
const READ_EVERY_MS = 50;

/** Node with the repository root as working directory; its errors are ours. */
export function spawnNode(args: readonly string[]): ChildProcess {
  return spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] });
}

/** Peak resident memory of a child in bytes, once it has ended (Linux: `VmHWM` of proc(5)). */
export async function peakMemoryOf(child: ChildProcess): Promise<number> {
  let peakBytes = 0;
  const read = async () => {
    const status = await readFile(`/proc/${child.pid}/status`, 'utf8').catch(() => '');
    peakBytes = Math.max(peakBytes, Number(/VmHWM:\s+(\d+) kB/u.exec(status)?.[1] ?? 0) * 1024);
  };
  const timer = setInterval(read, READ_EVERY_MS);
  await once(child, 'exit');
  clearInterval(timer);
  return peakBytes;
}
