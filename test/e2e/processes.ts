import { readdir, readFile } from 'node:fs/promises';

/**
 * Command lines of all that a stack started and that still runs: it inherits the variable by which the parts follow
 * `npm start`. Linux only: reads /proc.
 */
export async function processesOf(startPid: number): Promise<string[]> {
  const mark = `GALIP_PARENT_PID=${startPid}\0`;
  const found = await Promise.all(
    (await readdir('/proc'))
      .filter((name) => /^\d+$/u.test(name))
      .map(async (pid) => {
        const environment = await readFile(`/proc/${pid}/environ`, 'latin1');
        const command = await readFile(`/proc/${pid}/cmdline`, 'latin1');
        // A process that ended and waits to be collected has an empty environment.
        return environment.includes(mark) ? [`${pid} ${command.replaceAll('\0', ' ')}`] : [];
      })
      // Ended between listing and reading.
      .map((entry) => entry.catch(() => [])),
  );
  return found.flat();
}
