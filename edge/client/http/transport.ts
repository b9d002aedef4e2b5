import { ConnectionError, GalipError } from '../errors.ts';
import { readError } from './read-error.ts';
import { retryDelayMs } from './retry-delay.ts';
import { wait } from './wait.ts';

/** What a caller may say of each call. */
export interface CallOptions {
  /** Ends the call, its retries and its waiting; what it rejects with is the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** For each try; 60 s unless said otherwise. */
  readonly timeoutMs?: number | undefined;
  /** Tries after the first; 3 unless said otherwise. */
  readonly retries?: number | undefined;
}

interface Call extends CallOptions {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Path, or a whole URL: the key goes to the API's own origin alone. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>> | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object;
}

/** Sends one call, as often as it takes, and reads its answer. */
export type Transport = <T>(call: Call, read: (response: Response) => Promise<T>) => Promise<T>;

export interface TransportOptions {
  readonly origin: string;
  readonly apiKey: string | undefined;
  readonly fetcher: typeof fetch;
  readonly timeoutMs: number;
  readonly retries: number;
}

/**
 * Repeats what passes by itself, where sending it twice does no harm: GET, DELETE, and a POST under its Idempotency-Key.
 * @throws GalipError of the answer, ConnectionError where there is none.
 */
export function createTransport(options: TransportOptions): Transport {
  const { origin, apiKey, fetcher } = options;

  async function attempt<T>(call: Call, read: (response: Response) => Promise<T>): Promise<T> {
    const { method, path, query = {}, body, headers: given, signal, timeoutMs = options.timeoutMs } = call;
    const url = new URL(path, origin);
    for (const [name, value] of Object.entries(query))
      if (value !== undefined) url.searchParams.set(name, value);
    const headers = new Headers(given);
    if (apiKey !== undefined && url.origin === origin) headers.set('authorization', `Bearer ${apiKey}`);
    if (body) headers.set('content-type', 'application/json');
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), timeoutMs);
    try {
      const response = await fetcher(url, {
        method,
        headers,
        signal: signal ? AbortSignal.any([signal, late.signal]) : late.signal,
        ...(body && { body: JSON.stringify(body) }),
      });
      if (!response.ok) throw await readError(response);
      return await read(response);
    } catch (cause) {
      signal?.throwIfAborted();
      if (cause instanceof GalipError) throw cause;
      const problem = late.signal.aborted ? `did not answer within ${timeoutMs} ms` : 'cannot be reached';
      throw new ConnectionError(`${url.origin} ${problem}`, { cause });
    } finally {
      clearTimeout(timer);
    }
  }

  return async (call, read) => {
    const { method, headers = {}, signal, retries = options.retries } = call;
    const isRepeatable = method === 'GET' || method === 'DELETE' || 'idempotency-key' in headers;
    for (let tries = 1; ; tries++) {
      try {
        return await attempt(call, read);
      } catch (error) {
        signal?.throwIfAborted();
        const delayMs = tries <= retries && isRepeatable && retryDelayMs(error, tries, Math.random());
        if (typeof delayMs !== 'number') throw error;
        await wait(delayMs, signal);
      }
    }
  };
}
