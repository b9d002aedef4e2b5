import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { LoadReport } from '../../../gpu-backend/runtime/inference-messages.ts';
import type { RestartEvent } from '../../../gpu-backend/runtime/inference-process.ts';
import { readModelManifest } from '../../../gpu-backend/runtime/model-directory.ts';
import { EMOJI_MODEL } from '../../fixtures/emoji-model.ts';
import { batchOf, goldenBatch, ROWS } from './golden-batch.ts';
import { imagesOf } from './images-of.ts';
import { createInferenceOpener } from './inference-opener.ts';
import { copyModel } from './model-copy.ts';

const NEVER = new AbortController().signal;
const UNAVAILABLE = { code: 'backend_unavailable', status: 503 };
const open = createInferenceOpener();
const model = await readModelManifest(EMOJI_MODEL);

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Names in a process's environment; Node's own, of the channel to its parent, left out. */
function variablesOf(pid = 0): string[] {
  const lines = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').filter(Boolean);
  return lines.map((line) => line.split('=', 1)[0] ?? '').filter((name) => !name.startsWith('NODE_'));
}

describe('createInferenceProcess', () => {
  afterEach(() => vi.unstubAllEnvs());

  it('fails what was running when its process is killed, and runs what is asked for then on the next one', async () => {
    const restarts = Promise.withResolvers<RestartEvent>();
    const inference = open({ hangLimitMs: 20_000, onRestart: restarts.resolve });
    await inference.ready;
    const pid = inference.pid() as number;
    const running = inference.generate(goldenBatch, NEVER);
    process.kill(pid, 'SIGKILL');
    await expect(running).rejects.toMatchObject(UNAVAILABLE);
    expect(inference.isReady()).toBe(false);
    const waiting = [inference.generate(goldenBatch, NEVER), inference.generate(goldenBatch, NEVER)];
    expect(await restarts.promise).toEqual({ pid, reason: 'SIGKILL', pauseMs: 0 });
    for (const one of waiting) await imagesOf(one, ROWS);
    expect(inference.isReady()).toBe(true);
    expect(inference.pid()).not.toBe(pid);
  });

  it('takes the first provider that runs its model, and says why it took no other', async () => {
    const report = Promise.withResolvers<LoadReport>();
    const fallen = open({ providers: ['cuda', 'cpu'], buckets: [1], onLoad: report.resolve });
    await fallen.ready;
    expect(await report.promise).toMatchObject({
      provider: 'cpu',
      refused: [{ provider: 'cuda', reason: expect.stringContaining('model ') }],
    });
    await imagesOf(fallen.generate(batchOf([0]), NEVER), 1);
  });

  it('cannot be loaded where no provider runs its model', async () => {
    const { ready } = open({ providers: ['cuda', 'webgpu'], environment: { VK_DRIVER_FILES: '/nowhere' } });
    await expect(ready).rejects.toThrow(/no provider runs it: cuda: .*; webgpu: /su);
  });

  it('does not measure again what its predecessor measured', async () => {
    const reports: LoadReport[] = [];
    const loads = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const inference = open({ onLoad: (report) => loads[reports.push(report) - 1]?.resolve() });
    await loads[0]?.promise;
    process.kill(inference.pid() as number, 'SIGKILL');
    await loads[1]?.promise;
    expect(reports[1]).toEqual(reports[0]);
  });

  it('gives up a replacement that hangs before it is ready', async () => {
    const modelDirectory = copyModel();
    const loads = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const died: RestartEvent[] = [];
    let loaded = 0;
    const inference = open({
      modelDirectory,
      buckets: [1],
      program: new URL('hanging-child.ts', import.meta.url),
      onLoad: () => loads[loaded++]?.resolve(),
      onRestart: (event) => died.push(event),
    });
    try {
      await loads[0]?.promise;
      process.kill(inference.pid() as number, 'SIGKILL');
      await vi.waitFor(() => expect(died).toHaveLength(1));
      await imagesOf(inference.generate(batchOf([0]), NEVER), 1);
      expect(died).toHaveLength(2);
    } finally {
      rmSync(modelDirectory, { recursive: true });
      rmSync(`${modelDirectory}.hung`, { force: true });
    }
  });

  it('lets go of what waits for it when the deadline passes, and when it is closed', async () => {
    const starting = open();
    const deadline = new AbortController();
    const late = starting.generate(goldenBatch, deadline.signal);
    const patient = starting.generate(goldenBatch, NEVER);
    deadline.abort(new Error('too late'));
    await expect(late).rejects.toThrow('too late');
    await expect(starting.generate(goldenBatch, deadline.signal)).rejects.toThrow('too late');
    const closed = starting.close();
    await expect(patient).rejects.toMatchObject(UNAVAILABLE);
    await closed;
  });

  it('kills a process that hangs', async () => {
    const event = Promise.withResolvers<RestartEvent>();
    const hanging = open({ hangLimitMs: 200, onRestart: event.resolve });
    await hanging.ready;
    process.kill(hanging.pid() as number, 'SIGSTOP');
    await expect(hanging.generate(goldenBatch, NEVER)).rejects.toMatchObject(UNAVAILABLE);
    expect(await event.promise).toMatchObject({ reason: 'SIGKILL' });
  });

  it.runIf(process.platform === 'linux')(
    'gives its process the environment that it is given, with telemetry off, and no more',
    async () => {
      vi.stubEnv('SECRET_OF_THE_PARENT', 'not for children');
      const bare = open();
      const given = open({ environment: { OMP_NUM_THREADS: '1' } });
      await Promise.all([bare.ready, given.ready]);
      expect(variablesOf(bare.pid())).toEqual(['ORT_DISABLE_TELEMETRY']);
      expect(variablesOf(given.pid())).toEqual(['OMP_NUM_THREADS', 'ORT_DISABLE_TELEMETRY']);
    },
  );

  it('ends its process when it is closed', async () => {
    const closing = open();
    await closing.ready;
    const pid = closing.pid() as number;
    await closing.close();
    expect(isAlive(pid)).toBe(false);
    await expect(closing.generate(goldenBatch, NEVER)).rejects.toMatchObject(UNAVAILABLE);
  });

  it('leaves no orphan behind a parent that was killed', async () => {
    const module = new URL('../../../gpu-backend/runtime/inference-process.ts', import.meta.url).href;
    const script = `
      const { createInferenceProcess } = await import(${JSON.stringify(module)});
      const inference = createInferenceProcess({
        modelDirectory: ${JSON.stringify(EMOJI_MODEL)},
        digest: ${JSON.stringify(model.digest)},
        imageSize: 64, buckets: [1], textCacheBytes: 0, threads: 1,
      });
      await inference.ready;
      console.log(inference.pid());
      setInterval(() => {}, 1000);`;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    const pid = Number(line.toString());
    expect(isAlive(pid)).toBe(true);
    parent.kill('SIGKILL');
    await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false);
  });
});
