import { CommandError } from '../command/command-error.ts';
import type { Connection } from './connection.ts';

/** An entry of the admin API's lists, as JSON. */
export type Entry = Readonly<Record<string, unknown>>;

export interface AdminApi {
  /**
   * The answer to one request below /v1/admin.
   * @throws CommandError with the API's own message, or that nobody answers.
   */
  call(method: string, path: string, body?: Entry): Promise<Entry>;
  /** All entries of a list, page by page. */
  list(path: string, query?: Readonly<Record<string, string>>): Promise<readonly Entry[]>;
}

/** An answer takes milliseconds; after this the edge hangs. */
const TIMEOUT_MS = 30_000;
const PAGE = '100';

interface ErrorAnswer {
  readonly error?: { readonly message?: string };
}

/** `connect` is asked at the first call, and then no more. */
export function createAdminApi(connect: () => Promise<Connection>, fetcher: typeof fetch): AdminApi {
  let connection: Promise<Connection> | undefined;
  async function call(method: string, path: string, body?: Entry): Promise<Entry> {
    connection ??= connect();
    const { url, key } = await connection;
    const response = await fetcher(new URL(`/v1/admin${path}`, url), {
      method,
      headers: { authorization: `Bearer ${key}`, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
      // The key goes to this origin alone.
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }).catch((cause: unknown) => {
      throw new CommandError(`${url.origin} does not answer. Is it running?`, { cause });
    });
    const answer = (await response.json().catch(() => undefined)) as (Entry & ErrorAnswer) | undefined;
    if (response.ok && answer) return answer;
    throw new CommandError(
      `${response.status}: ${answer?.error?.message ?? 'the answer is not that of this API'}`,
    );
  }
  return {
    call,
    async list(path, query = {}) {
      const entries: Entry[] = [];
      let after: Readonly<Record<string, string>> = {};
      for (;;) {
        const page = await call('GET', `${path}?${new URLSearchParams({ ...query, ...after, limit: PAGE })}`);
        entries.push(...(page.data as Entry[]));
        if (typeof page.next_cursor !== 'string') return entries;
        after = { after: page.next_cursor };
      }
    },
  };
}
