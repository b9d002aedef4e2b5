import { ConnectionError, GalipError } from '../errors.ts';
import type { CallOptions, Transport } from '../http/transport.ts';
import { readEvents, type ServerEvent } from './read-events.ts';

/** The server says every 15 s that it is still there: a stream that is silent for so long was cut unheard. */
const SILENCE_MS = 45_000;

/**
 * A job's events after the one with id `last`, until the stream ends, however it ends; none where all were heard.
 * @throws GalipError as the transport; ConnectionError where the stream breaks off.
 */
export async function* openEvents(
  transport: Transport,
  path: string,
  last: string,
  options: CallOptions,
): AsyncGenerator<ServerEvent, void> {
  const silence = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, silence.signal]) : silence.signal;
  const headers = { accept: 'text/event-stream', ...(last && { 'last-event-id': last }) };
  const { body } = await transport(
    { ...options, method: 'GET', path, headers, signal },
    async (answer) => answer,
  );
  if (!body) return;
  let timer = setTimeout(() => silence.abort(), SILENCE_MS);
  const heard = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), SILENCE_MS);
      controller.enqueue(chunk);
    },
  });
  try {
    yield* readEvents(body.pipeThrough(heard, { signal }));
  } catch (cause) {
    options.signal?.throwIfAborted();
    if (cause instanceof GalipError) throw cause;
    throw new ConnectionError('the stream of events broke off', { cause });
  } finally {
    clearTimeout(timer);
  }
}
