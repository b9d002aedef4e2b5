import { ApiError } from '../../gpu-backend/contract/errors.ts';
import type { ModelCard } from '../../gpu-backend/contract/model-card.ts';
import { keptOrderOf } from '../compositions/composition-order.ts';
import { planComposition } from '../compositions/plan-composition.ts';
import type { ImageRequest } from '../generation/image-request.ts';
import { planPictures } from '../generation/plan-pictures.ts';
import type { KeyRecord } from '../keys/key-record.ts';
import { createWebhookSecret } from '../webhooks/webhook-signature.ts';
import { isFinal, type Job, type JobRequest } from './job.ts';
import type { Jobs } from './jobs.ts';
import type { OpenJobs } from './open-jobs.ts';

const DEFAULT_DEADLINE_S = 3_600;

type JobFields = Pick<ImageRequest, 'async' | 'deadline' | 'webhook'>;

const RESPOND_ASYNC = /(?:^|,)\s*respond-async\s*(?:[;,]|$)/iu;

/** Whether a request is to be answered with a job: by its field, or by the preference of RFC 7240. */
export function wantsJob(request: Pick<JobFields, 'async'>, prefer: string | undefined): boolean {
  return request.async ?? RESPOND_ASYNC.test(prefer ?? '');
}

/** @throws ApiError `invalid_request` for what only a job can have. */
export function refuseJobFields(request: JobFields): void {
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
 * @throws ApiError as `planPictures` and `planComposition`; `too_many_jobs`; `service_unavailable`.
 */
export async function acceptJob(
  whole: JobRequest,
  { principal: { id: keyId, tenant }, requestKey, origin }: AcceptCall,
  { jobs, openJobs, model, now }: AcceptOptions,
): Promise<Job> {
  const { deadline, webhook } = 'kind' in whole ? whole.request : whole;
  const request = withoutJobFields(whole);
  await ('kind' in request ? planComposition(request, model, tenant) : planPictures(request, model, tenant));
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

function withoutJobFields(request: JobRequest): JobRequest {
  if ('kind' in request) return keptOrderOf(request);
  const { async: _, deadline: __, webhook: ___, ...rest } = request;
  return rest;
}
