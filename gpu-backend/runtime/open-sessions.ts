import { join } from 'node:path';
import { InferenceSession } from 'onnxruntime-node';
import type { ModelManifest } from '../contract/model-card.ts';
import { type ExecutionProvider, type SessionSettings, sessionOptionsOf } from './execution-provider.ts';
import { hasExternalData } from './external-data.ts';
import { ModelDirectoryError, type ModelFileName, readModelFile } from './model-directory.ts';

/** A graph of a model directory whose bytes have been checked. */
interface GraphFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

export interface GraphFiles {
  readonly textEncoder: GraphFile;
  readonly generator: GraphFile;
  /** Checked now, so that a damaged directory is found, and read again when it is needed. */
  readonly imageEncoder: () => Promise<GraphFile>;
}

export interface Sessions {
  readonly textEncoder: InferenceSession;
  readonly generator: InferenceSession;
  /** Opened when it is asked for first. */
  imageEncoder(): Promise<InferenceSession>;
  release(): Promise<void>;
}

/** @throws ModelDirectoryError when a graph is missing, is not the one that model.json names, or keeps data outside. */
export async function readGraphs(directory: string, manifest: ModelManifest): Promise<GraphFiles> {
  const read = async (name: ModelFileName): Promise<GraphFile> => {
    const path = join(directory, name);
    const bytes = await readModelFile(directory, manifest, name);
    if (isExternal(path, bytes)) {
      throw new ModelDirectoryError(path, 'tensors in other files (external data) are refused');
    }
    return { path, bytes };
  };
  const imageEncoder = (): Promise<GraphFile> => read('image-encoder.onnx');
  await imageEncoder();
  return {
    textEncoder: await read('text-encoder.onnx'),
    generator: await read('generator.onnx'),
    imageEncoder,
  };
}

/**
 * The graphs on one provider.
 * @throws ModelDirectoryError when it takes one of them not, or is not there at all.
 */
export async function openSessions(
  { textEncoder, generator, imageEncoder }: GraphFiles,
  provider: ExecutionProvider,
  settings: SessionSettings,
): Promise<Sessions> {
  const options = sessionOptionsOf(provider, settings);
  const opened: InferenceSession[] = [];
  const release = async (): Promise<void> => {
    for (const session of opened) await session.release();
  };
  const open = async ({ path, bytes }: GraphFile): Promise<InferenceSession> => {
    try {
      const session = await InferenceSession.create(bytes, options);
      opened.push(session);
      return session;
    } catch (error) {
      throw new ModelDirectoryError(path, (error as Error).message, { cause: error });
    }
  };
  let scoring: Promise<InferenceSession> | undefined;
  const openOnce = (): Promise<InferenceSession> => {
    scoring ??= imageEncoder()
      .then(open)
      .catch((error: unknown) => {
        scoring = undefined;
        throw error;
      });
    return scoring;
  };
  try {
    const sessions = { textEncoder: await open(textEncoder), generator: await open(generator) };
    return { ...sessions, imageEncoder: openOnce, release };
  } catch (error) {
    await release();
    throw error;
  }
}

function isExternal(path: string, bytes: Uint8Array): boolean {
  try {
    return hasExternalData(bytes);
  } catch (error) {
    throw new ModelDirectoryError(path, (error as Error).message, { cause: error });
  }
}
