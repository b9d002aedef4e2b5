import type { PartLog } from './log.ts';
import { HOST } from './ports.ts';
import { type ProcessGroup, startProcessGroup } from './process-group.ts';

export interface BackendOptions {
  readonly root: string;
  readonly port: number;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** What `gpu-backend/main.ts` reads beside HOST and PORT. */
  readonly variables: Readonly<Record<string, string>>;
  readonly log: PartLog;
}

export function startBackend({ root, port, environment, variables, log }: BackendOptions): ProcessGroup {
  return startProcessGroup({
    args: ['gpu-backend/main.ts'],
    cwd: root,
    env: { ...environment, ...variables, HOST, PORT: String(port) },
    onLine: (line) => log.write(line),
  });
}
