/** Prompts and noise of a batch; one picture a row. */
export interface InferenceBatch {
  /** `[batch, sequence]` token ids. */
  readonly tokenIds: BigInt64Array<ArrayBuffer>;
  /** `[batch, noiseDim]` standard normal. */
  readonly noise: Float32Array<ArrayBuffer>;
  readonly batch: number;
}

export interface InferenceResult {
  /** `[batch, 3, imageSize, imageSize]`, nominally −1 … 1, not clamped. */
  readonly images: Float32Array<ArrayBuffer>;
  readonly textEncoderMs: number;
  readonly generatorMs: number;
}

/** The model, wherever it runs. One batch at a time: callers queue. */
export interface Inference {
  /**
   * Text encoder and generator in one pass, as soon as the model is ready.
   * @throws ApiError `backend_unavailable` when the model dies on the way, cannot be loaded or is closed: nothing was
   * made then; whatever reason `signal` aborts with while the model is not ready yet.
   */
  generate(batch: InferenceBatch, signal: AbortSignal): Promise<InferenceResult>;
  /** True from when the model has run once, as long as it can run again. */
  isReady(): boolean;
  /** Gives the model’s memory back; what still runs fails. */
  close(): Promise<void>;
}
