import { writeSync } from 'node:fs';
import { collectGarbage } from './collect-garbage.ts';
import { type ChildMessage, type ChildSettings, PICTURE_FD, type RunMessage } from './inference-messages.ts';
import { loadOnnxModel } from './onnx-model.ts';

// Entry point of the inference process: `inference-child.ts SETTINGS`, forked by child-connection.ts.

const settings = JSON.parse(process.argv[2] ?? '{}') as ChildSettings;
const send = (message: ChildMessage, then?: () => void): void => {
  process.send?.(message, () => then?.());
};

// Ctrl-C and a stop of the whole process group reach this process too; accepted work is finished first, and the end
// comes when the parent closes the channel, or with it.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
process.on('disconnect', () => process.exit(0));

try {
  const model = await loadOnnxModel(settings);
  const run = async ({ id, position, ...batch }: RunMessage): Promise<void> => {
    try {
      const { images, ...report } = await model.run(batch);
      writeWhole(images, position);
      send({ kind: 'result', id, ...report });
    } catch (error) {
      send({ kind: 'failure', id, reason: String(error) });
    }
  };
  let last = Promise.resolve();
  process.on('message', (message: RunMessage) => {
    // One after the other: the next batch may lie here already while this one runs.
    last = last.then(() => run(message));
  });
  // The model's files: its sessions have copies of their own.
  collectGarbage();
  send({ kind: 'ready', ...model.report });
} catch (error) {
  send({ kind: 'unloadable', reason: (error as Error).message }, () => process.exit(1));
}

function writeWhole({ buffer, byteOffset, byteLength }: Float32Array, position: number): void {
  const bytes = new Uint8Array(buffer, byteOffset, byteLength);
  for (let at = 0; at < bytes.length; )
    at += writeSync(PICTURE_FD, bytes, at, bytes.length - at, position + at);
}
