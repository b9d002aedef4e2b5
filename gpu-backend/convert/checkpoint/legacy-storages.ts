import { DTYPE_BYTES } from './checkpoint.ts';
import type { CheckpointError } from './checkpoint-error.ts';
import type { FileReader } from './file-reader.ts';
import { readStorageId, type StorageId } from './persistent-id.ts';
import { describe, type PickleTuple, type PickleValue, type Storage } from './pickle/pickle-value.ts';

/** The storages that a legacy file's object names, found in the file after it. */
export interface LegacyStorages {
  load(id: PickleTuple, fail: (reason: string) => CheckpointError): Storage;
  /** Walks over the file's storages, in the order of the list of keys, and gives each its place. */
  locate(reader: FileReader, keys: PickleValue, at: { keysAt: number; dataAt: number }): void;
}

interface Root extends StorageId {
  readonly whole: Storage;
  readonly views: { readonly storage: Storage; readonly offsetBytes: number }[];
}

/** Bytes of the element count before each storage. */
const COUNT_BYTES = 8;

export function createLegacyStorages(): LegacyStorages {
  const roots = new Map<string, Root>();
  return {
    load(id, fail) {
      const described = readStorageId(id, 6, fail);
      const root = roots.get(described.key) ?? createRoot(described);
      if (root.dtype !== described.dtype || root.sizeBytes !== described.sizeBytes) {
        throw fail(`storage ${described.key} is described in two ways`);
      }
      roots.set(described.key, root);
      const view = id.items[5] ?? null;
      return view === null ? root.whole : addView(root, view, fail);
    },
    locate(reader, keys, { keysAt, dataAt }) {
      const located = locateRoots(reader, keys, roots, { keysAt, dataAt });
      for (const key of roots.keys()) {
        if (!located.has(key)) throw reader.error(keysAt, `storage ${key} is missing from the list of keys`);
      }
    },
  };
}

function createRoot(id: StorageId): Root {
  const whole: Storage = { kind: 'storage', ...id, fileOffset: undefined };
  return { ...id, whole, views: [{ storage: whole, offsetBytes: 0 }] };
}

/** A view is `(key, offset, element count)`: a storage of its own within the root's elements. */
function addView(root: Root, view: PickleValue, fail: (reason: string) => CheckpointError): Storage {
  const fields = typeof view === 'object' && view?.kind === 'tuple' ? view.items : [];
  const [key, offset, count] = fields;
  const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
  if (fields.length !== 3 || typeof key !== 'string' || !isCount(offset) || !isCount(count)) {
    throw fail(`the view of storage ${root.key} is not a key, an offset and a count`);
  }
  const elementBytes = root.dtype === undefined ? 1 : DTYPE_BYTES[root.dtype];
  const offsetBytes = offset * elementBytes;
  const sizeBytes = count * elementBytes;
  if (offsetBytes + sizeBytes > root.sizeBytes) throw fail(`a view reaches beyond storage ${root.key}`);
  const storage: Storage = {
    kind: 'storage',
    key: root.key,
    dtype: root.dtype,
    sizeBytes,
    fileOffset: undefined,
  };
  root.views.push({ storage, offsetBytes });
  return storage;
}

function locateRoots(
  reader: FileReader,
  keys: PickleValue,
  roots: ReadonlyMap<string, Root>,
  { keysAt, dataAt }: { keysAt: number; dataAt: number },
): ReadonlySet<string> {
  if (typeof keys !== 'object' || keys?.kind !== 'list') {
    throw reader.error(keysAt, `the storage keys are ${describe(keys)} instead of a list`);
  }
  const located = new Set<string>();
  let at = dataAt;
  for (const key of keys.items) {
    const root = typeof key === 'string' ? roots.get(key) : undefined;
    if (root === undefined) throw reader.error(keysAt, 'the list of keys names a storage that no tensor has');
    if (located.has(root.key))
      throw reader.error(keysAt, `storage ${root.key} stands twice in the list of keys`);
    const count = new DataView(reader.read(at, COUNT_BYTES).buffer).getBigUint64(0, true);
    const elementBytes = root.dtype === undefined ? 1 : DTYPE_BYTES[root.dtype];
    if (count !== BigInt(root.sizeBytes / elementBytes)) {
      throw reader.error(
        at,
        `storage ${root.key} has ${count} elements instead of ${root.sizeBytes / elementBytes}`,
      );
    }
    at += COUNT_BYTES;
    if (at + root.sizeBytes > reader.sizeBytes)
      throw reader.error(at, `the file ends within storage ${root.key}`);
    for (const { storage, offsetBytes } of root.views) storage.fileOffset = at + offsetBytes;
    located.add(root.key);
    at += root.sizeBytes;
  }
  if (at !== reader.sizeBytes)
    throw reader.error(at, `${reader.sizeBytes - at} bytes follow the last storage`);
  return located;
}
