import { ApiError } from '../../gpu-backend/contract/errors.ts';
import { causeOf, type Log } from '../middleware/answer-errors.ts';
import type { Defer } from '../pictures/picture-source.ts';
import type { Composition } from './composition.ts';
import type { LandedPicture } from './make-compositions.ts';

export interface StreamOptions {
  readonly make: (onPicture: (picture: LandedPicture) => void) => Promise<Composition>;
  readonly defer: Defer;
  readonly log: Log;
}

/**
 * A composition as server-sent events: `picture` for each picture as it is there, then `done` with the whole answer, or
 * `error` with an error's body. What fails before the first picture is thrown, and answered like any request.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export async function streamComposition({ make, defer, log }: StreamOptions): Promise<Response> {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  const encoder = new TextEncoder();
  const begun = Promise.withResolvers<void>();
  const write = (event: string, data: object): void => {
    // Fails when the reader goes away, which is no fault: the pictures are made all the same.
    writer.write(encoder.encode(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)).catch(() => undefined);
  };
  const made = make((picture) => {
    write('picture', picture);
    begun.resolve();
  });
  await Promise.race([begun.promise, made]);
  const told = made
    .then((composition) => write('done', composition))
    .catch((thrown: unknown) => {
      const error = thrown instanceof ApiError ? thrown : new ApiError('internal_error', { cause: thrown });
      log({
        level: 'error',
        event: 'stream_broke_off',
        code: error.code,
        cause: causeOf(thrown as Error),
      });
      write('error', error.toBody());
    })
    .finally(() => {
      // Ends when the reader has come so far, which nobody waits for.
      void writer.close().catch(() => undefined);
    });
  defer(told);
  return new Response(readable, { headers: { 'content-type': 'text/event-stream; charset=utf-8' } });
}
