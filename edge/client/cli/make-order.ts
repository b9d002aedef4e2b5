import type { Composition, Images, Job } from '../api-types.ts';
import type { Galip } from '../create-galip.ts';
import type { CallOptions } from '../http/transport.ts';
import type { Order } from './parse-command.ts';
import type { Progress } from './progress.ts';

/** What came of an order. */
export interface Made {
  readonly answer: Images | Composition;
  /** What is worth a file. */
  readonly files: readonly { readonly url?: string }[];
  readonly format: string;
}

export interface MakeOrderOptions {
  readonly galip: Galip;
  readonly progress: Progress;
  readonly call: CallOptions;
  /** As a job, waited for. */
  readonly isJob: boolean;
}

export async function makeOrder(order: Order, options: MakeOrderOptions): Promise<Made> {
  options.progress.show('making it');
  if (order.kind === 'morph') {
    const answer = await makeMorph(order, options);
    return { answer, files: answer.file ? [answer.file] : answer.data, format: answer.file?.format ?? 'png' };
  }
  const answer = await makeImages(order, options);
  return { answer, files: answer.data, format: answer.output_format };
}

async function makeImages(
  { request }: Order & { kind: 'images' },
  { galip, call, isJob, ...options }: MakeOrderOptions,
): Promise<Images> {
  if (!isJob) return galip.images.create(request, call);
  const { id } = await followed(galip.jobs.create(request, call), { galip, call, ...options });
  return galip.jobs.wait(id, call);
}

async function makeMorph(
  { request }: Order & { kind: 'morph' },
  { galip, call, isJob, progress }: MakeOrderOptions,
): Promise<Composition> {
  if (isJob) {
    const { id } = await followed(galip.interpolations.createJob(request, call), { galip, call, progress });
    return galip.jobs.waitForComposition(id, call);
  }
  let made = 0;
  for await (const { composition } of galip.interpolations.stream(request, call)) {
    if (composition) return composition;
    progress.show(`${++made} frames`);
  }
  throw new Error('a stream that ends without an error has an answer');
}

/** A job at its end, cancelled where the user does not want it any more. */
async function followed(
  accepted: Promise<Job>,
  { galip, call, progress }: Omit<MakeOrderOptions, 'isJob'>,
): Promise<Job> {
  const job = await accepted;
  try {
    for await (const { status, attempts, progress: files } of galip.jobs.watch(job.id, call)) {
      const count = files ? `, ${files.done}/${files.total}` : '';
      progress.show(attempts > 1 ? `${status}${count}, try ${attempts}` : `${status}${count}`);
    }
  } catch (error) {
    if (call.signal?.aborted) {
      await galip.jobs.cancel(job.id, { retries: 0, timeoutMs: 5_000 }).catch(() => undefined);
    }
    throw error;
  }
  return job;
}
