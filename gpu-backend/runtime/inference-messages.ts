import type { InferenceBatch, InferenceResult } from './inference.ts';

/** Parent → child: run this batch. */
export interface RunMessage extends InferenceBatch {
  readonly id: number;
}

/** Child → parent. */
export type ChildMessage =
  /** The model is loaded and ran once. */
  | { readonly kind: 'ready' }
  /** The model cannot be loaded; the child exits after this. */
  | { readonly kind: 'unloadable'; readonly reason: string }
  | ({ readonly kind: 'result'; readonly id: number } & InferenceResult)
  /** onnxruntime refused the batch; the child lives on. */
  | { readonly kind: 'failure'; readonly id: number; readonly reason: string };
