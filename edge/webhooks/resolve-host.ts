import { z } from 'zod';

const DNS_TIMEOUT_MS = 5_000;
/** RFC 1035, RFC 3596. */
const TYPES = { A: 1, AAAA: 28 } as const;
const NO_ERROR = 0;
const NO_SUCH_NAME = 3;

const answerSchema = z.object({
  Status: z.int(),
  Answer: z.array(z.object({ type: z.int(), data: z.string() })).optional(),
});

/** All addresses of a host, as text; none: there is no such host. Throws when DNS cannot tell. */
export type ResolveHost = (host: string) => Promise<string[]>;

export interface DnsOverHttpsOptions {
  /** Answers `?name=…&type=…` with `application/dns-json`, as Cloudflare's and Google's public resolvers do. */
  readonly resolver: URL;
  readonly fetcher: typeof fetch;
}

/** Asks for A and AAAA records over HTTPS: a Worker has no other way to see where a name leads. */
export function createDnsOverHttps({ resolver, fetcher }: DnsOverHttpsOptions): ResolveHost {
  async function ask(host: string, type: keyof typeof TYPES): Promise<string[]> {
    const url = new URL(resolver);
    url.searchParams.set('name', host);
    url.searchParams.set('type', type);
    const response = await fetcher(url, {
      headers: { accept: 'application/dns-json' },
      redirect: 'manual',
      signal: AbortSignal.timeout(DNS_TIMEOUT_MS),
    });
    if (response.status !== 200) {
      await response.body?.cancel();
      throw new Error(`resolver answered with status ${response.status}`);
    }
    const { Status, Answer = [] } = answerSchema.parse(await response.json());
    if (Status !== NO_ERROR && Status !== NO_SUCH_NAME) throw new Error(`resolver answered code ${Status}`);
    return Answer.filter((record) => record.type === TYPES[type]).map(({ data }) => data);
  }
  return async (host) => (await Promise.all([ask(host, 'A'), ask(host, 'AAAA')])).flat();
}
