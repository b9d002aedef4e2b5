import { ApiError } from '../../gpu-backend/contract/errors.ts';
import type { ModelCard } from '../../gpu-backend/contract/model-card.ts';
import type { ImageRequest } from '../generation/image-request.ts';
import { planPictures } from '../generation/plan-pictures.ts';
import type { KeyRecord } from '../keys/key-record.ts';
import { createWebhookSecret } from '../webhooks/webhook-signature.ts';
import { isFinal, type Job } from './job.ts';
import type { Jobs } from './jobs.ts';
import type { OpenJobs } from './open-jobs.ts';

const DEFAULT_DEADLINE_S = 3_600;

const RESPOND_ASYNC = /(?:^|,)\s*respond-async\s*(?:[;,]|$)/iu;

/** Whether a request is to be answered with a job: by its field, or by the preference of RFC 7240. */
export function wantsJob(request: ImageRequest, prefer: string | undefined): boolean {
  return request.async ?? RESPOND_ASYNC.test(prefer ?? '');
}

/** @throws ApiError `invalid_request` for what only a job can have. */
export function refuseJobFields(request: ImageRequest): void {
  const [field] = (['deadline', 'webhook'] as const).filter((name) => request[name] != null);
  if (field) {
    throw new ApiError('invalid_request', {
      param: field,
      message: `${field} is for jobs: it goes together with async or the header "Prefer: respond-async"`,
    });
  }
}

export interface AcceptOptions {
  readonly jobs: Jobs;
  readonly openJobs: Pick<OpenJobs, 'enter' | 'leave'>;
  readonly model: ModelCard;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export interface AcceptCall {
  readonly principal: KeyRecord;
  readonly requestKey: string;
  /** Origin of public URLs. */
  readonly origin: string;
}

/**
 * Checks a request as far as that goes without making pictures, and makes it a job. Repeated it finds the same job.
 * @throws ApiError as `planPictures`; `too_many_jobs`; `service_unavailable`.
 */
export async function acceptJob(
  { async: _, deadline, webhook, ...request }: ImageRequest,
  { principal: { id: keyId, tenant }, requestKey, origin }: AcceptCall,
  { jobs, openJobs, model, now }: AcceptOptions,
): Promise<Job> {
  await planPictures(request, model, tenant);
  const id = jobs.idOf(tenant, requestKey);
  await openJobs.enter({ id, tenant, keyId });
  const job = await jobs.create({
    id,
    tenant,
    keyId,
    request,
    requestKey,
    origin,
    deadline: now() + (deadline ?? DEFAULT_DEADLINE_S) * 1000,
    webhook: webhook == null ? null : { url: webhook, secret: createWebhookSecret() },
  });
  // Made by an earlier try, it gave its place back when it ended.
  if (isFinal(job.status)) await openJobs.leave(id);
  return job;
}
