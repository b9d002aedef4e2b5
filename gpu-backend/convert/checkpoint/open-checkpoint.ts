import type { Checkpoint } from './checkpoint.ts';
import { type FileReader, openFile } from './file-reader.ts';
import { openSafetensors } from './safetensors/open-safetensors.ts';
import { openTorchLegacy } from './torch-legacy.ts';
import { openTorchZip } from './torch-zip.ts';

const ZIP_START = [0x50, 0x4b, 0x03, 0x04];
/** PROTO, with which each pickle begins. */
const PICKLE_START = 0x80;
/** A safetensors header, JSON, stands behind its length. */
const JSON_START = 8;
const BRACE = 0x7b;
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
  // A zip file's method stands where safetensors has its brace, and no method has that number.
  if (head[JSON_START] === BRACE) return openSafetensors(reader);
  if (ZIP_START.every((byte, index) => head[index] === byte)) return openTorchZip(reader);
  if (head[0] === PICKLE_START) return openTorchLegacy(reader);
  throw reader.error(0, 'is no checkpoint: neither a zip nor a legacy file of torch.save, nor safetensors');
}
