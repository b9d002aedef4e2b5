import { startBackend } from './backend-part.ts';
import { prepareDataFolder } from './data-folder.ts';
import { lockDataFolder } from './data-lock.ts';
import { prepareDatabase } from './database.ts';
import { startEdge } from './edge-part.ts';
import { greeting } from './greeting.ts';
import { createPartLog } from './log.ts';
import type { StartOptions } from './options.ts';
import { assertPortFree } from './ports.ts';
import type { ProcessGroup } from './process-group.ts';
import { createReadiness } from './readiness.ts';
import { type Environment, loadSettings } from './settings.ts';
import { StartError } from './start-error.ts';
import { supervise } from './supervise.ts';

export interface StackContext {
  readonly root: string;
  readonly environment: Environment;
  readonly out: NodeJS.WriteStream;
  /** Aborted to end everything … */
  readonly shutdown: AbortSignal;
  /** … and to do so without waiting. */
  readonly force: AbortSignal;
}

/**
 * Runs edge and backend until `shutdown`; by the time it settles nothing that it started is left.
 * @throws StartError when a part cannot start, or the edge dies. A backend that dies is started again.
 */
export async function runStack(options: StartOptions, context: StackContext): Promise<void> {
  await prepareDataFolder(options.dataDir);
  const lock = lockDataFolder(options.dataDir);
  try {
    await runLocked(options, context);
  } finally {
    lock.release();
  }
}

async function runLocked(options: StartOptions, context: StackContext): Promise<void> {
  const startedAt = performance.now();
  const { root, environment, out } = context;
  const { dataDir, port } = options;
  await assertPortFree(port);
  const settings = await loadSettings(options, environment);
  const logs = {
    start: createPartLog('start', 'yellow', out),
    edge: createPartLog('edge', 'cyan', out),
    backend: createPartLog('backend', 'magenta', out),
  };
  const parts = new Set<ProcessGroup>();
  const track = (part: ProcessGroup): ProcessGroup => {
    parts.add(part);
    void part.ended.then(() => parts.delete(part));
    return part;
  };
  context.force.addEventListener('abort', () => {
    for (const part of parts) part.kill();
  });
  // Aborted by `shutdown`, and when this function ends for another reason.
  const ending = new AbortController();
  const signal = AbortSignal.any([context.shutdown, ending.signal]);
  const readiness = createReadiness(signal);
  const startLocalBackend = () =>
    track(
      startBackend({
        root,
        port: settings.backendPort,
        environment,
        variables: settings.backendVariables,
        log: logs.backend,
      }),
    );
  // wrangler's account of its bindings interests only when it fails.
  logs.edge.hold();
  try {
    const backend = settings.runsBackend ? startLocalBackend() : undefined;
    const prepared = prepareDatabase({ root, dataDir, environment, key: settings.key, onStart: track });
    await readiness.unlessEnded(prepared, 'backend', backend);
    const edge = await startEdge({
      root,
      dataDir,
      port,
      environment,
      variables: settings.edgeVariables,
      log: logs.edge,
    });
    track(edge.group);
    const allReady = Promise.all([
      edge.listening.then(() => readiness.whenOk('edge', `${settings.session.url}/healthz`)),
      backend && readiness.whenOk('backend', `${settings.session.backendUrl}/health/ready`),
    ]);
    await readiness.unlessEnded(readiness.unlessEnded(allReady, 'backend', backend), 'edge', edge.group);
    logs.edge.release('drop');
    const seconds = (performance.now() - startedAt) / 1000;
    if (backend) logs.start.write(`The backend is ready (process ${backend.pid}).`);
    out.write(greeting({ ...settings.session, model: settings.model, dataDir, root, seconds }));
    if (backend) {
      void supervise({
        first: backend,
        start: startLocalBackend,
        whenReady: (until) =>
          readiness.whenOk('backend', `${settings.session.backendUrl}/health/ready`, until),
        say: logs.start.write,
        signal,
      });
    }
    const end = await Promise.race([edge.group.ended, readiness.aborted]);
    throw new StartError(`The edge died (${end}): see its lines above. Everything is stopped.`);
  } catch (error) {
    if (!context.shutdown.aborted) logs.edge.release('show');
    throw error;
  } finally {
    ending.abort();
    await Promise.all([...parts].map((part) => part.stop()));
  }
}
