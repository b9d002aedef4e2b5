import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { sha256Hex } from '../contract/hex.ts';
import {
  judgeDigestOf,
  type ModelFileName,
  type ModelManifest,
  modelDigestOf,
  modelFilesOf,
  modelManifestSchema,
} from '../contract/model-card.ts';

/** A model directory that is missing, damaged or not what its manifest says; the message names the path. */
export class ModelDirectoryError extends Error {
  constructor(path: string, reason: string, options?: ErrorOptions) {
    super(`model ${path}: ${reason}`, options);
    this.name = 'ModelDirectoryError';
  }
}

/**
 * Reads and checks `model.json`.
 * @throws ModelDirectoryError when the file is missing, malformed, or a digest is not that of what it states.
 */
export async function readModelManifest(directory: string): Promise<ModelManifest> {
  const path = join(directory, 'model.json');
  const parsed = modelManifestSchema.safeParse(parseJson(path, await read(path)));
  if (!parsed.success) throw new ModelDirectoryError(path, z.prettifyError(parsed.error));
  const manifest = parsed.data;
  const { judge } = manifest;
  const stated = { digest: manifest.digest, ...(judge && { 'judge.digest': judge.digest }) };
  const made = {
    digest: await modelDigestOf(manifest),
    ...(judge && { 'judge.digest': await judgeDigestOf(judge, manifest) }),
  };
  for (const [name, digest] of Object.entries(made)) {
    const found = stated[name as keyof typeof stated];
    if (found !== digest)
      throw new ModelDirectoryError(path, `${name} is ${found}, its content makes ${digest}`);
  }
  return manifest;
}

/**
 * Reads one of the model's files whole, so that the bytes which were checked are the bytes which are used.
 * @throws ModelDirectoryError when the manifest does not name it, or it is missing, or its SHA-256 is another.
 */
export async function readModelFile(
  directory: string,
  manifest: ModelManifest,
  name: ModelFileName,
): Promise<Uint8Array<ArrayBuffer>> {
  const path = join(directory, name);
  const stated = modelFilesOf(manifest).get(name);
  if (!stated) throw new ModelDirectoryError(path, 'model.json does not name it');
  const bytes = await read(path);
  const digest = await sha256Hex(bytes);
  if (digest !== stated.sha256)
    throw new ModelDirectoryError(path, `SHA-256 is ${digest}, model.json says ${stated.sha256}`);
  return bytes;
}

/** The parsed `tokenizer.json`, checked like every file. */
export function readTokenizer(directory: string, manifest: ModelManifest): Promise<object> {
  return readTokenizerFile(directory, manifest, 'tokenizer.json');
}

/** The parsed tokenizer of the model's second judge: its own, or else the model's. */
export function readJudgeTokenizer(directory: string, manifest: ModelManifest): Promise<object> {
  const isOwn = manifest.judge?.files['judge-tokenizer.json'] !== undefined;
  return readTokenizerFile(directory, manifest, isOwn ? 'judge-tokenizer.json' : 'tokenizer.json');
}

async function readTokenizerFile(
  directory: string,
  manifest: ModelManifest,
  name: ModelFileName,
): Promise<object> {
  const bytes = await readModelFile(directory, manifest, name);
  return parseJson(join(directory, name), bytes) as object;
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
