import type { Checkpoint } from './checkpoint.ts';
import { CheckpointError } from './checkpoint-error.ts';
import { type FileReader, openFile } from './file-reader.ts';
import { openTorchZip } from './torch-zip.ts';

/** Enough to tell the containers apart. */
const HEAD_BYTES = 16;

/**
 * Opens a checkpoint of any container, told by its content and never by its name. Only the object's description is read;
 * tensors are read one by one when asked for, so the file must stay as it is until `close()`.
 * @throws CheckpointError for whatever is wrong with the file.
 */
export function openCheckpoint(file: string): Checkpoint {
  const reader = openFile(file);
  try {
    return openContainer(reader);
  } catch (error) {
    reader.close();
    throw error;
  }
}

function openContainer(reader: FileReader): Checkpoint {
  const head = reader.read(0, Math.min(HEAD_BYTES, reader.sizeBytes));
  const startsWith = (...bytes: number[]) => bytes.every((byte, index) => head[index] === byte);
  if (startsWith(0x50, 0x4b, 0x03, 0x04)) return openTorchZip(reader);
  throw new CheckpointError({
    file: reader.file,
    offset: 0,
    reason: 'is no checkpoint: neither a zip file of torch, nor a legacy file of torch, nor safetensors',
  });
}
