import type { Job, JobOrder } from './job.ts';

/** All jobs. Undefined: there is no such job, or it is another tenant's. */
export interface Jobs {
  /** The id of the job that a request makes, the same however often it is sent. */
  idOf(tenant: string, requestKey: string): string;
  /** Accepts an order durably; one that was accepted before stays as it is. */
  create(order: JobOrder): Promise<Job>;
  find(id: string, tenant: string): Promise<Job | undefined>;
  /** Ends a job unless it has ended; its state afterwards. */
  cancel(id: string, tenant: string): Promise<Job | undefined>;
  /** Its steps after number `after` as server-sent events, until it ends; null: it has ended, and no more come. */
  events(id: string, tenant: string, after: number): Promise<ReadableStream<Uint8Array> | null | undefined>;
  /** Does what is due. */
  advance(id: string): Promise<void>;
}
