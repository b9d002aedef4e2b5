import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../edge/client/cli/main.ts', import.meta.url));

export interface CliRun {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

export interface CliOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** The program; by default its source. */
  readonly main?: string;
}

/** Runs the command line of the client, with no service in its environment but the given. */
export function runCli(args: readonly string[], { cwd, env = {}, main = MAIN }: CliOptions): Promise<CliRun> {
  const { GALIP_BASE_URL: _, GALIP_API_KEY: __, ...inherited } = process.env;
  const options = { cwd, env: { ...inherited, ...env }, encoding: 'buffer' } as const;
  return new Promise((resolve) => {
    execFile(process.execPath, [main, ...args], options, (error, stdout, stderr) => {
      resolve({ code: Number(error?.code ?? 0), stdout, stderr: stderr.toString() });
    });
  });
}
