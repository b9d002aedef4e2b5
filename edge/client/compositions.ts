import type { Composition, CompositionQuote, GridRequest, InterpolationRequest, Job } from './api-types.ts';
import { ConnectionError, errorOf } from './errors.ts';
import { createJsonCalls, type IdempotentOptions, idempotencyHeaders } from './http/json-calls.ts';
import type { CallOptions, Transport } from './http/transport.ts';
import { readEvents } from './jobs/read-events.ts';

/** What `interpolations` take: key frames, and what becomes of the frames between them. */
export type Interpolation = Omit<InterpolationRequest, 'stream' | 'async' | 'deadline' | 'webhook'>;
/** What `grids` take: two axes. */
export type Grid = Omit<GridRequest, 'stream' | 'async' | 'deadline' | 'webhook'>;

/** Of what only jobs can have. */
export type JobFields = Pick<InterpolationRequest, 'deadline' | 'webhook'>;

/** A frame or cell as it is there, then the whole answer. */
export type CompositionStep =
  | { readonly picture: LandedPicture; readonly composition: undefined }
  | { readonly picture: undefined; readonly composition: Composition };

export interface LandedPicture
  extends Pick<
    Composition['data'][number],
    'url' | 'seed' | 'fingerprint' | 'cache' | 'thumbhash' | 'phash'
  > {
  /** From 0, in the order of the answer's pictures. */
  readonly index: number;
}

/** Animations, sprite sheets and grids of ordinary pictures. `images.bytes(answer.file)` has the file. */
export interface Compositions<Request> {
  create(request: Request, options?: IdempotentOptions): Promise<Composition>;
  /** What `create` would charge now. Nothing is made. */
  quote(request: Request, options?: CallOptions): Promise<CompositionQuote>;
  /**
   * Each picture as it is there, to be read by `for await`. What broke off is found when it is asked for again; under the same
   * `idempotencyKey` it is not charged again, and what had come to its end has the last step alone.
   */
  stream(request: Request, options?: IdempotentOptions): AsyncGenerator<CompositionStep, void>;
  /** As a job: `jobs.watch` tells its progress, `jobs.waitForComposition` has what it makes. */
  createJob(request: Request & JobFields, options?: IdempotentOptions): Promise<Job>;
}

export function createCompositions<Request extends object>(
  transport: Transport,
  path: string,
): Compositions<Request> {
  const { post } = createJsonCalls(transport);
  return {
    create: (request, options) => post(path, request, options),
    quote: (request, options) => post(path, request, options, { dry_run: 'true' }),
    createJob: (request, options) => post(path, { ...request, async: true }, options),
    async *stream(request, options = {}) {
      const headers = idempotencyHeaders(options);
      const call = { ...options, method: 'POST', path, headers, body: { ...request, stream: true } } as const;
      const { body } = await transport(call, async (response) => response);
      for await (const { type, data } of readEvents(body ?? new ReadableStream())) {
        const content = JSON.parse(data);
        if (type === 'picture') yield { picture: content, composition: undefined };
        if (type === 'error') throw errorOf(content.error.message, content.error);
        if (type === 'done') return yield { picture: undefined, composition: content };
      }
      throw new ConnectionError('the stream of pictures broke off');
    },
  };
}
