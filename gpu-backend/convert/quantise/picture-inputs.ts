import { InferenceSession, Tensor } from 'onnxruntime-node';
import { noiseFromSeed } from '../../contract/noise.ts';
import type { Tokenise } from '../../pipeline/tokenise.ts';

/** What a generator makes one picture from. */
export type PictureInputs = Readonly<Record<'noise' | 'sentence' | 'stage_conditions', Tensor>>;

export interface PictureInputsOptions {
  /** Path of the model's text encoder. */
  readonly textEncoder: string;
  readonly tokenise: Tokenise;
  readonly noiseDim: number;
}

/** Each prompt with noise of its own: seed i for prompt i. */
export async function pictureInputs(
  prompts: readonly string[],
  { textEncoder, tokenise, noiseDim }: PictureInputsOptions,
): Promise<PictureInputs[]> {
  const session = await InferenceSession.create(textEncoder);
  try {
    const inputs: PictureInputs[] = [];
    for (const [seed, prompt] of prompts.entries()) {
      const ids = tokenise(prompt);
      const { sentence } = await session.run({ token_ids: new Tensor('int64', ids, [1, ids.length]) });
      if (!sentence) throw new Error(`${textEncoder} has no output "sentence"`);
      const conditionDim = noiseDim + (sentence.dims[1] ?? 0);
      inputs.push({
        noise: new Tensor('float32', noiseFromSeed(seed, noiseDim), [1, noiseDim]),
        sentence,
        stage_conditions: new Tensor('float32', new Float32Array(), [1, 0, conditionDim]),
      });
    }
    return inputs;
  } finally {
    await session.release();
  }
}
