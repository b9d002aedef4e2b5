import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import {
  type ModelCard,
  type ModelManifest,
  modelCardOf,
  modelFilesOf,
  modelManifestSchema,
} from '../../gpu-backend/contract/model-card.ts';
import { StartError } from './start-error.ts';

const REMEDY = 'Convert one (npm run convert) and name its folder: npm start -- --model DIR';

/**
 * The card of the model in `modelDir`, whose files are there in the size that model.json states (their digests are the
 * backend's to check).
 * @throws StartError naming the folder and what is wrong with it.
 */
export async function readModelCard(modelDir: string): Promise<ModelCard> {
  const manifest = parseManifest(modelDir, await readManifest(modelDir));
  for (const [name, { sizeBytes }] of modelFilesOf(manifest)) {
    const size = await sizeOf(join(modelDir, name));
    if (size !== sizeBytes) {
      const found =
        size === undefined ? 'is missing' : `has ${size} bytes where model.json says ${sizeBytes}`;
      throw new StartError(`The model in ${modelDir} is not whole: ${name} ${found}. ${REMEDY}`);
    }
  }
  return modelCardOf(manifest);
}

async function readManifest(modelDir: string): Promise<string> {
  try {
    return await readFile(join(modelDir, 'model.json'), 'utf8');
  } catch (cause) {
    throw new StartError(`There is no model in ${modelDir}: model.json cannot be read. ${REMEDY}`, { cause });
  }
}

function parseManifest(modelDir: string, text: string): ModelManifest {
  try {
    return modelManifestSchema.parse(JSON.parse(text));
  } catch (cause) {
    const problem = cause instanceof z.ZodError ? z.prettifyError(cause) : (cause as Error).message;
    throw new StartError(
      `${join(modelDir, 'model.json')} is not a model's manifest:\n${problem}\n${REMEDY}`,
      {
        cause,
      },
    );
  }
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch {
    return undefined;
  }
}
