import type { Checkpoint, CheckpointTensor } from './checkpoint.ts';
import type { FileReader } from './file-reader.ts';
import { flattenTensors } from './flatten.ts';
import { readStorageId } from './persistent-id.ts';
import { type ResolveGlobal, resolveScriptGlobal, resolveTorchGlobal } from './pickle/globals.ts';
import { MAX_PICKLE_BYTES } from './pickle/pickle-limits.ts';
import type { Storage } from './pickle/pickle-value.ts';
import { unpickle } from './pickle/unpickle.ts';
import { createCheckpointTensor } from './read-tensor.ts';
import { readZipArchive, readZipEntry } from './zip/zip-archive.ts';
import type { ZipEntry } from './zip/zip-entry.ts';

/*
 * The zip container of `torch.save` (since 1.6) and of `torch.jit.save`; A is the archive's own name:
 *   A/data.pkl        the object; storages stand as persistent ids ('storage', type, N, location, element count)
 *   A/data/N          the elements of storage N
 *   A/byteorder       "little" or "big" (since 2.1)      A/version, A/.format_version, A/.data/…  not needed
 * and in a TorchScript archive besides, none of which is read:
 *   A/constants.pkl   the code's constants               A/constants/N   their storages
 *   A/code/…          the source, often compressed
 */

/** `byteorder` holds one word. */
const MAX_BYTE_ORDER_BYTES = 16;

/** @throws CheckpointError */
export function openTorchZip(reader: FileReader): Checkpoint {
  const entries = readZipArchive(reader);
  const archive = archiveName(reader, entries);
  const object = entries.get(`${archive}/data.pkl`);
  if (object === undefined) throw reader.error(0, `the zip file has no ${archive}/data.pkl`);
  const isScript = entries.has(`${archive}/constants.pkl`);
  checkStored(reader, entries, isScript ? `${archive}/code/` : undefined);
  checkByteOrder(reader, entries.get(`${archive}/byteorder`));
  const bytes = readZipEntry(reader, object, MAX_PICKLE_BYTES);
  const error = (at: number, reason: string) => reader.error(object.dataOffset + at, reason);
  const { value, end } = unpickle({
    bytes,
    start: 0,
    error,
    resolveGlobal: (isScript ? resolveScriptGlobal : resolveTorchGlobal) satisfies ResolveGlobal,
    loadStorage: createStorageLoader(entries, archive),
  });
  if (end !== bytes.length) throw error(end, `pickle: ${bytes.length - end} bytes follow STOP`);
  const stored = flattenTensors(value, (reason) => error(0, `the checkpoint ${reason}`));
  const tensors = new Map<string, CheckpointTensor>();
  for (const [name, tensor] of stored) tensors.set(name, createCheckpointTensor(reader, tensor));
  return { file: reader.file, tensors, close: () => reader.close() };
}

/** The one folder in which everything lies: two would be two archives in one. */
function archiveName(reader: FileReader, entries: ReadonlyMap<string, ZipEntry>): string {
  let archive: string | undefined;
  for (const { name, headerOffset } of entries.values()) {
    const folder = name.slice(0, Math.max(0, name.indexOf('/')));
    if (folder === '') throw reader.error(headerOffset, `zip entry ${name}: lies in no folder`);
    archive ??= folder;
    if (folder !== archive) {
      throw reader.error(headerOffset, `zip entry ${name}: lies in another folder than ${archive}/`);
    }
  }
  return archive ?? '';
}

/** Nothing is ever inflated; the source code of TorchScript is left alone, so it may be compressed. */
function checkStored(
  reader: FileReader,
  entries: ReadonlyMap<string, ZipEntry>,
  codeFolder: string | undefined,
): void {
  for (const { name, stored, headerOffset } of entries.values()) {
    if (stored || (codeFolder !== undefined && name.startsWith(codeFolder))) continue;
    throw reader.error(headerOffset, `zip entry ${name}: is compressed; torch stores it as it is`);
  }
}

function checkByteOrder(reader: FileReader, entry: ZipEntry | undefined): void {
  if (entry === undefined) return;
  const order = new TextDecoder().decode(readZipEntry(reader, entry, MAX_BYTE_ORDER_BYTES));
  if (order !== 'little') {
    throw reader.error(entry.dataOffset, `byte order ${JSON.stringify(order)}; allowed is "little"`);
  }
}

function createStorageLoader(entries: ReadonlyMap<string, ZipEntry>, archive: string) {
  const storages = new Map<string, Storage>();
  return (...[id, fail]: Parameters<Parameters<typeof unpickle>[0]['loadStorage']>): Storage => {
    const { dtype, key, sizeBytes } = readStorageId(id, 5, fail);
    const known = storages.get(key);
    if (known !== undefined) {
      if (known.dtype !== dtype || known.sizeBytes !== sizeBytes) {
        throw fail(`storage ${key} is described in two ways`);
      }
      return known;
    }
    const name = `${archive}/data/${key}`;
    const entry = entries.get(name);
    if (entry === undefined) throw fail(`storage ${key} is missing: there is no ${name}`);
    if (entry.sizeBytes !== sizeBytes) {
      throw fail(`storage ${key} should have ${sizeBytes} bytes, but ${name} has ${entry.sizeBytes}`);
    }
    const storage: Storage = { kind: 'storage', key, dtype, sizeBytes, fileOffset: entry.dataOffset };
    storages.set(key, storage);
    return storage;
  };
}
