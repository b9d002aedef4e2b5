import type { ChildMessage, RunMessage } from './inference-messages.ts';
import { loadOnnxModel } from './onnx-model.ts';

// Entry point of the inference process: `inference-child.ts MODEL_DIRECTORY THREADS`, forked by inference-process.ts.

const [directory = '', threads = '0'] = process.argv.slice(2);
const send = (message: ChildMessage, then?: () => void): void => {
  process.send?.(message, () => then?.());
};

// Ctrl-C and a stop of the whole process group reach this process too; accepted work is finished first, and the end
// comes when the parent closes the channel, or with it.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {});
process.on('disconnect', () => process.exit(0));

try {
  const model = await loadOnnxModel({ directory, threads: Number(threads) });
  process.on('message', async ({ id, ...batch }: RunMessage) => {
    try {
      send({ kind: 'result', id, ...(await model.run(batch)) });
    } catch (error) {
      send({ kind: 'failure', id, reason: String(error) });
    }
  });
  send({ kind: 'ready' });
} catch (error) {
  send({ kind: 'unloadable', reason: (error as Error).message }, () => process.exit(1));
}
