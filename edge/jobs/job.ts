import type { ErrorBody } from '../../gpu-backend/contract/errors.ts';
import type { Composition } from '../compositions/composition.ts';
import type { CompositionOrder } from '../compositions/composition-order.ts';
import type { ImageRequest } from '../generation/image-request.ts';
import type { Images } from '../generation/images.ts';

/** The last four are final: a job that is in one of them never changes again. */
export const JOB_STATUSES = ['queued', 'running', 'succeeded', 'failed', 'cancelled', 'expired'] as const;
export type JobStatus = (typeof JOB_STATUSES)[number];

export function isFinal(status: JobStatus): boolean {
  return status !== 'queued' && status !== 'running';
}

/** What a job is to do: pictures, or a composition. */
export type JobRequest = ImageRequest | CompositionOrder;

/** What it is answered with. */
export type JobResult = Images | Composition;

/** How many of its files are there. */
export interface JobProgress {
  readonly done: number;
  readonly total: number;
}

/** What a job is made of. Times here and below: milliseconds since 1970. */
export interface JobOrder {
  readonly id: string;
  readonly tenant: string;
  /** Id of the API key that pays. */
  readonly keyId: string;
  /** Says all that decides the pictures, random seeds too, so that every try makes the same ones. */
  readonly request: JobRequest;
  /** Names the charges of all tries. */
  readonly requestKey: string;
  /** Origin of public URLs. */
  readonly origin: string;
  readonly deadline: number;
  /** Who is told the end, besides the tenant's webhook endpoints. */
  readonly webhook: JobWebhook | null;
}

interface JobWebhook {
  readonly url: string;
  readonly secret: string;
}

/** A job as it stands. */
export interface Job extends JobOrder {
  readonly status: JobStatus;
  /** Grows with every change. */
  readonly version: number;
  /** How often it was tried. */
  readonly attempts: number;
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  /** Of a job that waits: when it is tried next. */
  readonly nextAttemptAt: number | null;
  /** Whether a try may have been charged without the job having heard of it: it must know before it ends. */
  readonly unsettled: boolean;
  readonly result: JobResult | null;
  /** Of the try that runs, where it is told; never kept. */
  readonly progress: JobProgress | null;
  /** Why it failed or expired; of a job that waits: why it was not done at once. */
  readonly error: ErrorBody['error'] | null;
}

/** One step of a job's life, numbered from 1. */
export interface JobEvent {
  readonly number: number;
  readonly status: JobStatus;
  readonly attempts: number;
  readonly at: number;
}
