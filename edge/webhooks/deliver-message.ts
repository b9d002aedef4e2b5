import { isPublicAddress, parseIpAddress } from './ip-address.ts';
import type { ResolveHost } from './resolve-host.ts';
import { type SignedMessage, signMessage } from './webhook-signature.ts';
import { NOT_PUBLIC, webhookUrlProblem } from './webhook-url.ts';

/** Standard Webhooks recommends 15 … 30 s. */
const TIMEOUT_MS = 15_000;

export interface Delivery {
  readonly url: string;
  readonly message: Omit<SignedMessage, 'timestamp'>;
  /** The newest first. */
  readonly secrets: readonly string[];
}

/** How a try ended. */
export interface Attempt {
  readonly delivered: boolean;
  /** Of the answer; null: there was none. */
  readonly status: number | null;
  /** Why it failed; null: it did not. */
  readonly reason: string | null;
}

/** Never throws. */
export type DeliverMessage = (delivery: Delivery) => Promise<Attempt>;

export interface DeliverOptions {
  readonly fetcher: typeof fetch;
  readonly resolveHost: ResolveHost;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/**
 * POSTs a signed message. Any 2xx is success; redirects are not followed and nothing of the answer's body is read. Where
 * the host leads is looked up before every try, since DNS may have changed since the URL was accepted.
 */
export function createDeliverMessage({ fetcher, resolveHost, now }: DeliverOptions): DeliverMessage {
  return async ({ url, message, secrets }) => {
    const problem = webhookUrlProblem(url) ?? (await addressProblem(new URL(url).hostname, resolveHost));
    if (problem !== undefined) return { delivered: false, status: null, reason: `the URL ${problem}` };
    const headers = await signMessage({ ...message, timestamp: Math.floor(now() / 1000) }, secrets);
    try {
      const response = await fetcher(url, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json', 'user-agent': 'galip-edge' },
        body: message.body,
        redirect: 'manual',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      await response.body?.cancel();
      const { status, ok: delivered } = response;
      return { delivered, status, reason: delivered ? null : `it answered with status ${status}` };
    } catch (error) {
      const late = error instanceof Error && error.name === 'TimeoutError';
      const reason = late ? `it did not answer within ${TIMEOUT_MS / 1000} s` : 'it could not be reached';
      return { delivered: false, status: null, reason };
    }
  };
}

/** Why the host cannot be called, or undefined: all its addresses are public. */
export async function addressProblem(host: string, resolveHost: ResolveHost): Promise<string | undefined> {
  if (parseIpAddress(host.replace(/^\[(.*)\]$/u, '$1'))) return undefined;
  try {
    const addresses = (await resolveHost(host)).map(parseIpAddress);
    if (addresses.length === 0) return 'names a host that does not exist';
    return addresses.every((address) => address && isPublicAddress(address)) ? undefined : NOT_PUBLIC;
  } catch {
    return 'names a host that cannot be looked up at the moment';
  }
}
