import { createHash, type Hash } from 'node:crypto';
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { TAR_END, tarEntry } from './tar-entry.ts';

/** A finished shard, as the index lists it. */
export interface Shard {
  /** Relative to the data set's directory, with slashes. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly samples: number;
  readonly sha256: string;
}

/** Writes samples to tar archives in WebDataset's layout: the files of one sample share the name before the dot. */
export interface ShardWriter {
  /** Adds a sample: extension → content. */
  add(key: string, files: Readonly<Record<string, Uint8Array>>): Promise<void>;
  /** Ends the last shard; the list of all. */
  finish(): Promise<Shard[]>;
}

/** Small enough to be sent and checked one by one, large enough that reading is sequential. */
const MAX_SHARD_BYTES = 32 * 1024 * 1024;

interface OpenShard {
  readonly path: string;
  readonly file: FileHandle;
  readonly hash: Hash;
  sizeBytes: number;
  samples: number;
}

/**
 * @param directory the data set's.
 * @param prefix of the shards' paths: "224/train" gives 224/train-00000.tar, 224/train-00001.tar …
 */
export function createShardWriter(
  directory: string,
  prefix: string,
  maxBytes: number = MAX_SHARD_BYTES,
): ShardWriter {
  const shards: Shard[] = [];
  let current: OpenShard | undefined;

  const begin = async (): Promise<OpenShard> => {
    const path = `${prefix}-${String(shards.length).padStart(5, '0')}.tar`;
    await mkdir(join(directory, path, '..'), { recursive: true });
    return {
      path,
      file: await open(join(directory, path), 'w'),
      hash: createHash('sha256'),
      sizeBytes: 0,
      samples: 0,
    };
  };
  const write = async (shard: OpenShard, bytes: Buffer): Promise<void> => {
    await shard.file.write(bytes);
    shard.hash.update(bytes);
    shard.sizeBytes += bytes.length;
  };
  const end = async (): Promise<void> => {
    if (!current) return;
    const shard = current;
    current = undefined;
    await write(shard, TAR_END);
    await shard.file.close();
    const { path, sizeBytes, samples } = shard;
    shards.push({ path, sizeBytes, samples, sha256: shard.hash.digest('hex') });
  };

  return {
    async add(key, files) {
      current ??= await begin();
      const entries = Object.entries(files).map(([extension, content]) =>
        tarEntry(`${key}.${extension}`, content),
      );
      await write(current, Buffer.concat(entries));
      current.samples += 1;
      if (current.sizeBytes >= maxBytes) await end();
    },
    async finish() {
      await end();
      return shards;
    },
  };
}
