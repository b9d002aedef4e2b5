import type {
  Composition,
  CompositionQuote,
  GridRequest,
  InterpolationRequest,
  Job,
} from '../../client/api-types.ts';
import type { Galip } from '../../client/create-galip.ts';
import { errorOf } from '../../client/errors.ts';
import { createJsonCalls } from '../../client/http/json-calls.ts';
import type { Transport } from '../../client/http/transport.ts';
import { readEvents } from '../../client/jobs/read-events.ts';
import type { AnsweredImage } from './images.ts';

/** What is asked for, and where. */
export type CompositionOrder =
  | { readonly path: '/v1/interpolations'; readonly body: InterpolationRequest }
  | { readonly path: '/v1/grids'; readonly body: GridRequest };

/** A frame or cell that is there already. */
export interface LandedPicture
  extends Pick<AnsweredImage, 'url' | 'seed' | 'fingerprint' | 'cache' | 'thumbhash'> {
  /** From 0, in the order of the composition's pictures. */
  readonly index: number;
}

interface MakeOptions {
  readonly onPicture: (picture: LandedPicture) => void;
  /** Ends the waiting; what is being made by then is made all the same. */
  readonly signal: AbortSignal;
}

interface FollowOptions {
  /** Told how many files there are, and are to be; null: it waits for its turn. */
  readonly onProgress: (progress: Job['progress']) => void;
  /** Ends the waiting, not the job. */
  readonly signal: AbortSignal;
}

/** Sheets and animations of ordinary pictures. */
export interface Compositions {
  /** What it would cost now. @throws GalipError */
  quote(order: CompositionOrder): Promise<CompositionQuote>;
  /** Picture by picture, for as long as somebody waits. @throws GalipError */
  make(order: CompositionOrder, options: MakeOptions): Promise<Composition>;
  /** As a job, which nobody need wait for. @returns its id. @throws GalipError */
  start(order: CompositionOrder): Promise<string>;
  /** Until the job ends. Undefined: it was cancelled. @throws GalipError its own, NotFoundError */
  follow(id: string, options: FollowOptions): Promise<Composition | undefined>;
}

export function createCompositions(
  transport: Transport,
  { interpolations, grids, jobs }: Pick<Galip, 'interpolations' | 'grids' | 'jobs'>,
): Compositions {
  const { post } = createJsonCalls(transport);
  return {
    quote: ({ path, body }) => post(path, body, {}, { dry_run: 'true' }),
    make: ({ path, body }, { onPicture, signal }) =>
      transport({ method: 'POST', path, body: { ...body, stream: true }, signal }, (response) =>
        readComposition(response, onPicture),
      ),
    async start({ path, body }) {
      const job = await (path === '/v1/grids' ? grids.createJob(body) : interpolations.createJob(body));
      return job.id;
    },
    async follow(id, { onProgress, signal }) {
      for await (const { progress, job } of jobs.watch(id, { signal })) {
        if (!job) {
          onProgress(progress);
          continue;
        }
        const { status, result, error } = job;
        if (result && 'object' in result) return result;
        if (status === 'cancelled' && !error) return undefined;
        throw errorOf(error?.message ?? `the job is ${status}`, { code: error?.code, param: error?.param });
      }
      throw new TypeError('the job ended unheard');
    },
  };
}

async function readComposition(
  { body }: Response,
  onPicture: MakeOptions['onPicture'],
): Promise<Composition> {
  for await (const { type, data } of readEvents(body ?? new ReadableStream())) {
    if (type === 'picture') onPicture(JSON.parse(data) as LandedPicture);
    if (type === 'done') return JSON.parse(data) as Composition;
    if (type === 'error') {
      const { error } = JSON.parse(data) as {
        error: { message: string; code: string; param: string | null };
      };
      throw errorOf(error.message, error);
    }
  }
  throw new TypeError('the stream ended before the composition was there');
}
