import { join } from 'node:path';
import { formatDevVars } from './dev-vars.ts';
import type { PartLog } from './log.ts';
import { HOST } from './ports.ts';
import { type ProcessGroup, startProcessGroup } from './process-group.ts';
import { writeSecretFile } from './secret-file.ts';
import { waitUntilOk } from './wait-until-ok.ts';
import { WRANGLER, WRANGLER_ENVIRONMENT, wranglerEnvironment, wranglerStateDir } from './wrangler.ts';

/** A restarted workerd answers within a second or two on a quiet machine. */
const RECOVERY_MS = 10_000;

export interface EdgeOptions {
  readonly root: string;
  readonly dataDir: string;
  readonly port: number;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The Worker's variables and secrets. They go by a file that only the user can read, never by arguments. */
  readonly variables: Readonly<Record<string, string>>;
  readonly log: PartLog;
}

export interface EdgePart {
  readonly group: ProcessGroup;
  /** Settles when wrangler says that it listens. */
  readonly listening: Promise<void>;
}

/** Starts the Worker on workerd, by `wrangler dev`. */
export async function startEdge(options: EdgeOptions): Promise<EdgePart> {
  const { root, dataDir, port, environment, variables, log } = options;
  const varsFile = join(dataDir, 'dev.vars');
  await writeSecretFile(varsFile, formatDevVars(variables));
  const { promise: listening, resolve } = Promise.withResolvers<void>();
  const group = startProcessGroup({
    args: [
      ...[WRANGLER, 'dev', '--env', WRANGLER_ENVIRONMENT, '--ip', HOST, '--port', String(port)],
      ...['--persist-to', wranglerStateDir(dataDir), '--env-file', varsFile],
      ...['--inspector-port', '0', '--show-interactive-dev-session', 'false'],
    ],
    cwd: root,
    env: { ...wranglerEnvironment(environment, dataDir), CI: 'true' },
    onLine: (line) => {
      const text = line.replace(/^\[wrangler:info\] /u, '');
      // Asked by this program while it waits, and by whoever watches the stack.
      if (!text.startsWith('GET /healthz 200 ')) log.write(text);
      if (text.includes('The Workers runtime crashed')) void endUnlessRecovered();
    },
    onMessage: (message) => {
      if (String(message).includes('DEV_SERVER_READY')) resolve();
    },
  });
  return { group, listening };

  /** wrangler starts a crashed workerd again, and says so, but may hang from then on. */
  async function endUnlessRecovered(): Promise<void> {
    try {
      await waitUntilOk(`http://${HOST}:${port}/healthz`, AbortSignal.timeout(RECOVERY_MS));
    } catch {
      log.write('The Workers runtime crashed and does not answer again.');
      group.kill();
    }
  }
}
