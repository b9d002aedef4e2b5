import { parentPort } from 'node:worker_threads';
import { type ComposeTask, composeFile } from './compose-file.ts';
import { type FileTask, makeFile, type PictureFile } from './make-file.ts';

/** A thread's answer to a task. */
export type FileReply = { readonly file: PictureFile } | { readonly reason: string };

// Entry point of a thread of file-pool.ts: one task at a time.

parentPort?.on('message', async (task: FileTask | ComposeTask) => {
  try {
    const file = await ('pictures' in task ? composeFile(task) : makeFile(task));
    parentPort?.postMessage({ file } satisfies FileReply, [file.bytes.buffer]);
  } catch (error) {
    parentPort?.postMessage({ reason: String(error) } satisfies FileReply);
  }
});
