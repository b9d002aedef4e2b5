import type { Composition, Images, Job } from '../api-types.ts';
import type { Compositions, JobFields } from '../compositions.ts';
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
  if (order.kind !== 'images') {
    const answer = await makeComposition(order, options);
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

async function makeComposition(order: CompositionOrder, options: MakeOrderOptions): Promise<Composition> {
  const { galip, call, isJob, progress } = options;
  const { stream, createJob } = compositionOf(order, galip);
  if (isJob) {
    const { id } = await followed(createJob(call), { galip, call, progress });
    return galip.jobs.waitForComposition(id, call);
  }
  let made = 0;
  for await (const { composition } of stream(call)) {
    if (composition) return composition;
    progress.show(`${++made} ${order.kind === 'morph' ? 'frames' : 'cells'}`);
  }
  throw new Error('a stream that ends without an error has an answer');
}

type CompositionOrder = Exclude<Order, { readonly kind: 'images' }>;

/** What can be asked of an order's own endpoint. */
export function compositionOf(order: CompositionOrder, { interpolations, grids }: Galip) {
  return order.kind === 'morph' ? asked(interpolations, order.request) : asked(grids, order.request);
}

function asked<Request>({ quote, stream, createJob }: Compositions<Request>, request: Request & JobFields) {
  return {
    quote: (call: CallOptions) => quote(request, call),
    stream: (call: CallOptions) => stream(request, call),
    createJob: (call: CallOptions) => createJob(request, call),
  };
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
