import type { Checkpoint, CheckpointTensor } from './checkpoint.ts';
import type { FileReader } from './file-reader.ts';
import { flattenTensors } from './flatten.ts';
import { createLegacyStorages } from './legacy-storages.ts';
import { resolveTorchGlobal } from './pickle/globals.ts';
import { MAX_PICKLE_BYTES } from './pickle/pickle-limits.ts';
import { describe, type PickleValue } from './pickle/pickle-value.ts';
import { unpickle } from './pickle/unpickle.ts';
import { createCheckpointTensor } from './read-tensor.ts';

/*
 * The container of `torch.save` before 1.6 (and with `_use_new_zipfile_serialization=False`), one after another:
 *   pickle   the magic number 0x1950a86a20f9469cfc6c
 *   pickle   the protocol, 1001
 *   pickle   {'protocol_version': 1001, 'little_endian': True, 'type_sizes': {…}}
 *   pickle   the object; storages stand as ('storage', type, key, location, element count, view)
 *   pickle   the list of storage keys
 *   for each key: u64 element count, then the elements; the file ends after the last
 */
const MAGIC_NUMBER = 0x1950a86a20f9469cfc6cn;
const PROTOCOL = 1001;

/** @throws CheckpointError */
export function openTorchLegacy(reader: FileReader): Checkpoint {
  const bytes = reader.read(0, Math.min(reader.sizeBytes, MAX_PICKLE_BYTES));
  const storages = createLegacyStorages();
  let position = 0;
  const error = (at: number, reason: string) => reader.error(at, reason);

  function next(): { value: PickleValue; start: number } {
    const start = position;
    const { value, end } = unpickle({
      bytes,
      start,
      error,
      resolveGlobal: resolveTorchGlobal,
      loadStorage: storages.load,
    });
    position = end;
    return { value, start };
  }

  const magic = next();
  if (magic.value !== MAGIC_NUMBER) throw error(magic.start, 'the magic number of torch.save is wrong');
  const protocol = next();
  if (protocol.value !== PROTOCOL) {
    throw error(protocol.start, `the file's protocol is ${shown(protocol.value)}; allowed is ${PROTOCOL}`);
  }
  const system = next();
  if (!isLittleEndian(system.value))
    throw error(system.start, 'the system information does not say little-endian');
  const object = next();
  const stored = flattenTensors(object.value, (reason) => error(object.start, `the checkpoint ${reason}`));
  const keys = next();
  storages.locate(reader, keys.value, { keysAt: keys.start, dataAt: position });
  const tensors = new Map<string, CheckpointTensor>();
  for (const [name, tensor] of stored) tensors.set(name, createCheckpointTensor(reader, tensor));
  return { file: reader.file, tensors, close: () => reader.close() };
}

function isLittleEndian(value: PickleValue): boolean {
  return typeof value === 'object' && value?.kind === 'dict' && value.entries.get('little_endian') === true;
}

function shown(value: PickleValue): string {
  return typeof value === 'number' ? String(value) : describe(value);
}
