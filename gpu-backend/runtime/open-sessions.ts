import { join } from 'node:path';
import { InferenceSession } from 'onnxruntime-node';
import type { ModelFileName, ModelManifest } from '../contract/model-card.ts';
import { type ExecutionProvider, type SessionSettings, sessionOptionsOf } from './execution-provider.ts';
import { hasExternalData } from './external-data.ts';
import { ModelDirectoryError, readModelFile } from './model-directory.ts';

/** A graph of a model directory whose bytes have been checked. */
interface GraphFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

export interface GraphFiles {
  readonly textEncoder: GraphFile;
  readonly generator: GraphFile;
  /** Checked now, so that a damaged directory is found, and read again when it is needed. */
  readonly imageEncoder: ReadGraph;
  /** Of the second judge, where the model has one; likewise. */
  readonly judge?: { readonly textEncoder: ReadGraph; readonly imageEncoder: ReadGraph };
}

type ReadGraph = () => Promise<GraphFile>;
type OpenGraph = () => Promise<InferenceSession>;

export interface Sessions {
  readonly textEncoder: InferenceSession;
  readonly generator: InferenceSession;
  /** Opened when it is asked for first. */
  readonly imageEncoder: OpenGraph;
  /** Likewise. */
  readonly judge?: { readonly textEncoder: OpenGraph; readonly imageEncoder: OpenGraph };
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
  const later = async (name: ModelFileName): Promise<ReadGraph> => {
    await read(name);
    return () => read(name);
  };
  return {
    textEncoder: await read('text-encoder.onnx'),
    generator: await read('generator.onnx'),
    imageEncoder: await later('image-encoder.onnx'),
    ...(manifest.judge && {
      judge: {
        textEncoder: await later('judge-text-encoder.onnx'),
        imageEncoder: await later('judge-image-encoder.onnx'),
      },
    }),
  };
}

/**
 * The graphs on one provider.
 * @throws ModelDirectoryError when it takes one of them not, or is not there at all.
 */
export async function openSessions(
  { textEncoder, generator, imageEncoder, judge }: GraphFiles,
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
  const once = (read: ReadGraph): OpenGraph => {
    let session: Promise<InferenceSession> | undefined;
    return () => {
      session ??= read()
        .then(open)
        .catch((error: unknown) => {
          session = undefined;
          throw error;
        });
      return session;
    };
  };
  try {
    const sessions = { textEncoder: await open(textEncoder), generator: await open(generator) };
    return {
      ...sessions,
      imageEncoder: once(imageEncoder),
      ...(judge && {
        judge: { textEncoder: once(judge.textEncoder), imageEncoder: once(judge.imageEncoder) },
      }),
      release,
    };
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
