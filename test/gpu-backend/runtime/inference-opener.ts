import { afterAll } from 'vitest';
import {
  createInferenceProcess,
  type InferenceProcess,
  type InferenceProcessOptions,
} from '../../../gpu-backend/runtime/inference-process.ts';
import { readModelManifest } from '../../../gpu-backend/runtime/model-directory.ts';
import { EMOJI_MODEL } from '../../fixtures/emoji-model.ts';

const model = await readModelManifest(EMOJI_MODEL);

/** Opens processes of the default model, which are closed when the tests of the file have ended. */
export function createInferenceOpener(): (options?: Partial<InferenceProcessOptions>) => InferenceProcess {
  const opened: InferenceProcess[] = [];
  afterAll(async () => {
    await Promise.all(opened.map((one) => one.close()));
  });
  return (options = {}) => {
    const inference = createInferenceProcess({
      modelDirectory: EMOJI_MODEL,
      digest: model.digest,
      imageSize: model.generator.imageSize,
      buckets: [1, 8],
      textCacheBytes: 2 ** 20,
      threads: 1,
      ...options,
    });
    opened.push(inference);
    return inference;
  };
}
