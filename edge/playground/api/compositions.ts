import type {
  Composition,
  CompositionQuote,
  GridRequest,
  InterpolationRequest,
} from '../../client/api-types.ts';
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
export interface LandedPicture extends Pick<AnsweredImage, 'url' | 'seed' | 'fingerprint' | 'cache'> {
  /** From 0, in the order of the composition's pictures. */
  readonly index: number;
}

interface MakeOptions {
  readonly onPicture: (picture: LandedPicture) => void;
  /** Ends the waiting; what is being made by then is made all the same. */
  readonly signal: AbortSignal;
}

/** Sheets and animations of ordinary pictures. */
export interface Compositions {
  /** What `make` would cost now. @throws GalipError */
  quote(order: CompositionOrder): Promise<CompositionQuote>;
  /** @throws GalipError */
  make(order: CompositionOrder, options: MakeOptions): Promise<Composition>;
}

export function createCompositions(transport: Transport): Compositions {
  const { post } = createJsonCalls(transport);
  return {
    quote: ({ path, body }) => post(path, body, {}, { dry_run: 'true' }),
    make: ({ path, body }, { onPicture, signal }) =>
      transport({ method: 'POST', path, body: { ...body, stream: true }, signal }, (response) =>
        readComposition(response, onPicture),
      ),
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
