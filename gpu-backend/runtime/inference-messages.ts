import type { ExecutionProvider, SessionSettings } from './execution-provider.ts';
import type { BucketTime, InferenceBatch } from './inference.ts';

/** File descriptor of the picture memory in the child: the first after the channel to its parent. */
export const PICTURE_FD = 4;

/** How a child is to run; its one argument, as JSON. */
export interface ChildSettings extends SessionSettings {
  readonly modelDirectory: string;
  /** Of the model that the directory must hold: it may have been exchanged since. */
  readonly digest: string;
  /** To be tried in this order. */
  readonly providers: readonly ExecutionProvider[];
  /** Batch sizes to warm. */
  readonly buckets: readonly number[];
  /** What an earlier child measured, which need not be measured again on the same provider. */
  readonly known?: Pick<LoadReport, 'provider' | 'times'>;
  /** Bound of the remembered text embeddings, bytes. */
  readonly textCacheBytes: number;
}

/** Parent → child: run this batch. */
export interface RunMessage extends InferenceBatch {
  readonly id: number;
  /** Where in the picture memory the pictures go. */
  readonly position: number;
}

/** What the child tells of a batch; the pictures lie in the memory. */
export interface RunReport {
  readonly textEncoderMs: number;
  readonly generatorMs: number;
  readonly encodedTexts: number;
  /** Of those rows that are scored, in their places. */
  readonly scores?: readonly (number | undefined)[] | undefined;
}

/** Why a provider did not get to run the model. */
export interface RefusedProvider {
  readonly provider: ExecutionProvider;
  readonly reason: string;
}

/** How a model came to be ready. */
export interface LoadReport {
  readonly provider: ExecutionProvider;
  /** Those that were to be tried before. */
  readonly refused: readonly RefusedProvider[];
  /** What each bucket takes. */
  readonly times: readonly BucketTime[];
}

/** Child → parent. */
export type ChildMessage =
  /** The model is loaded and ran in each bucket. */
  | ({ readonly kind: 'ready' } & LoadReport)
  /** The model cannot be loaded; the child exits after this. */
  | { readonly kind: 'unloadable'; readonly reason: string }
  | ({ readonly kind: 'result'; readonly id: number } & RunReport)
  /** onnxruntime refused the batch; the child lives on. */
  | { readonly kind: 'failure'; readonly id: number; readonly reason: string };
