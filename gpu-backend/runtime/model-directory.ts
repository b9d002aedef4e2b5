import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { sha256Hex } from '../contract/hex.ts';
import { type ModelManifest, modelDigestOf, modelManifestSchema } from '../contract/model-card.ts';

export type ModelFileName = keyof ModelManifest['files'];

/** A model directory that is missing, damaged or not what its manifest says; the message names the path. */
export class ModelDirectoryError extends Error {
  constructor(path: string, reason: string, options?: ErrorOptions) {
    super(`model ${path}: ${reason}`, options);
    this.name = 'ModelDirectoryError';
  }
}

/**
 * Reads and checks `model.json`.
 * @throws ModelDirectoryError when the file is missing, malformed, or its digest is not that of what it states.
 */
export async function readModelManifest(directory: string): Promise<ModelManifest> {
  const path = join(directory, 'model.json');
  const parsed = modelManifestSchema.safeParse(parseJson(path, await read(path)));
  if (!parsed.success) throw new ModelDirectoryError(path, z.prettifyError(parsed.error));
  const digest = await modelDigestOf(parsed.data);
  if (digest !== parsed.data.digest) {
    throw new ModelDirectoryError(path, `digest is ${parsed.data.digest}, its content makes ${digest}`);
  }
  return parsed.data;
}

/**
 * Reads one of the model's files whole, so that the bytes which were checked are the bytes which are used.
 * @throws ModelDirectoryError when it is missing or its SHA-256 is not the manifest's.
 */
export async function readModelFile(
  directory: string,
  manifest: ModelManifest,
  name: ModelFileName,
): Promise<Uint8Array<ArrayBuffer>> {
  const path = join(directory, name);
  const bytes = await read(path);
  const digest = await sha256Hex(bytes);
  const { sha256 } = manifest.files[name];
  if (digest !== sha256)
    throw new ModelDirectoryError(path, `SHA-256 is ${digest}, model.json says ${sha256}`);
  return bytes;
}

/** The parsed `tokenizer.json`, checked like every file. */
export async function readTokenizer(directory: string, manifest: ModelManifest): Promise<object> {
  const bytes = await readModelFile(directory, manifest, 'tokenizer.json');
  return parseJson(join(directory, 'tokenizer.json'), bytes) as object;
}

async function read(path: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await readFile(path);
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'not found' : String(error);
    throw new ModelDirectoryError(path, reason, { cause: error });
  }
}

function parseJson(path: string, bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw new ModelDirectoryError(path, `is not JSON (${(error as Error).message})`, { cause: error });
  }
}
