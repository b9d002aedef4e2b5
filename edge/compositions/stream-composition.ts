import { ApiError } from '../../gpu-backend/contract/errors.ts';
import { causeOf, type Log } from '../middleware/answer-errors.ts';
import type { Defer } from '../pictures/picture-source.ts';
import type { Composition } from './composition.ts';
import type { LandedPicture } from './make-compositions.ts';

export interface StreamOptions {
  readonly make: (onPicture: (picture: LandedPicture) => void) => Promise<Composition>;
  readonly defer: Defer;
  readonly log: Log;
  /** @see EdgeContext */
  readonly keepEnd: ((status: number, event: string) => Promise<void>) | undefined;
}

/**
 * A composition as server-sent events: `picture` for each picture as it is there, then `done` with the whole answer, or
 * `error` with an error's body, told once it is kept for repeats. What fails before the first picture is thrown, and answered like any request.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export async function streamComposition({ make, defer, log, keepEnd }: StreamOptions): Promise<Response> {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  const encoder = new TextEncoder();
  const begun = Promise.withResolvers<void>();
  const write = (event: string): void => {
    // Fails when the reader goes away, which is no fault: the pictures are made all the same.
    writer.write(encoder.encode(event)).catch(() => undefined);
  };
  const made = make((picture) => {
    write(eventOf('picture', picture));
    begun.resolve();
  });
  await Promise.race([begun.promise, made]);
  const end = async (status: number, event: string): Promise<void> => {
    await keepEnd?.(status, event);
    write(event);
  };
  const told = made
    .then(
      (composition) => end(200, eventOf('done', composition)),
      (thrown: unknown) => {
        const error = thrown instanceof ApiError ? thrown : new ApiError('internal_error', { cause: thrown });
        log({
          level: 'error',
          event: 'stream_broke_off',
          code: error.code,
          cause: causeOf(thrown as Error),
        });
        return end(error.status, eventOf('error', error.toBody()));
      },
    )
    .finally(() => {
      // Ends when the reader has come so far, which nobody waits for.
      void writer.close().catch(() => undefined);
    });
  defer(told);
  return new Response(readable, { headers: { 'content-type': 'text/event-stream; charset=utf-8' } });
}

function eventOf(event: string, data: object): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
