import type { ScoreJudge } from '../contract/score-judge.ts';

/** What a batch of `bucket` rows takes from its sending to its answer, ms. */
export interface BucketTime {
  readonly bucket: number;
  readonly ms: number;
}

/** Pictures to make together, one a row. */
export interface InferenceBatch {
  readonly rows: number;
  /** Rows that are computed, at least `rows`; what is beyond is padding and is thrown away. */
  readonly bucket: number;
  /** `[rows, noiseDim]` standard normal. */
  readonly noise: Float32Array<ArrayBuffer>;
  /** Token ids of the batch's texts, each text once. Their vectors are its first sentences. */
  readonly texts: readonly BigInt64Array<ArrayBuffer>[];
  /** Sentences behind those: blends of texts. */
  readonly blends?: readonly BlendedTexts[];
  /** Which sentence conditions each row. */
  readonly sentenceOf: readonly number[];
  /** Which sentence conditions each stage of a row; without entry: its one sentence all of them. */
  readonly stagesOf?: readonly (readonly number[] | undefined)[];
  /** Who is to say how well a row's picture fits its condition; without entry: nobody. */
  readonly judgeOf?: readonly (ScoreJudge | undefined)[];
  /** Token ids by the independent judge's tokenizer of those of `texts` that it needs, in their places. */
  readonly judgeTexts?: readonly (BigInt64Array<ArrayBuffer> | undefined)[];
}

/** Places in `texts`, and weights in millionths. @see ../contract/blend.ts */
export type BlendedTexts = readonly (readonly [text: number, weight: number])[];

/** Where in memory, shared as a file without a name, a batch's pictures lie. */
interface PictureRows {
  /** Open in this process and all its threads. */
  readonly fd: number;
  /** Of row 0, bytes; the rows lie behind each other. */
  readonly position: number;
  /** Of `[3, imageSize, imageSize]` float32, nominally −1 … 1, not clamped. */
  readonly rowBytes: number;
}

export interface InferenceResult {
  readonly pictures: PictureRows;
  /** To be called once, when the pictures have been read: the memory is needed for other batches. */
  release(): void;
  readonly textEncoderMs: number;
  readonly generatorMs: number;
  /** Prompts that were encoded now; the others were remembered. */
  readonly encodedTexts: number;
  /** Of those rows that are scored, in their places. @see ../contract/scores.ts */
  readonly scores?: readonly (number | undefined)[] | undefined;
}

/** The model, wherever it runs, one batch after the other in the order of the calls. */
export interface Inference {
  /**
   * Text encoder and generator in one pass, as soon as the model is ready and there is memory for the pictures.
   * @throws ApiError `backend_unavailable` when the model dies on the way, cannot be loaded or is closed: nothing was
   * made then; whatever reason `signal` aborts with while the batch has not been sent yet.
   */
  generate(batch: InferenceBatch, signal: AbortSignal): Promise<InferenceResult>;
  /** True from when the model has run once, as long as it can run again. */
  isReady(): boolean;
  /** Expected time until it can run, ms; 0 while it is ready. */
  outageMs(): number;
  /** Gives the model’s memory back; what still runs fails. */
  close(): Promise<void>;
}
