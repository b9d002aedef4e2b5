import { isPublicAddress, parseIpAddress } from './ip-address.ts';

const MAX_LENGTH = 2_048;
/** Names that never lead to the public internet; `internal` holds the metadata service of Google's cloud. */
const LOCAL_SUFFIXES =
  /(?:^|\.)(?:localhost|localdomain|local|internal|intranet|private|corp|home|lan|arpa|onion|test|invalid)$/u;

/** Why `text` cannot be called as a webhook, or undefined: it can, as far as can be told without asking DNS. */
export function webhookUrlProblem(text: string): string | undefined {
  if (text.length > MAX_LENGTH) return `has ${text.length} characters; allowed are ${MAX_LENGTH}`;
  if (!URL.canParse(text)) return 'is no URL';
  const { protocol, username, password, hash, hostname } = new URL(text);
  if (protocol !== 'https:') return 'must begin with https:';
  if (username || password) return 'must not carry a user name or password';
  if (hash) return 'must not carry a fragment';
  return hostProblem(hostname.replace(/\.$/u, ''));
}

function hostProblem(host: string): string | undefined {
  // The URL parser has brought decimal, octal, hexadecimal, short and full-width spellings into one.
  const address = parseIpAddress(host.replace(/^\[(.*)\]$/u, '$1'));
  if (address) return isPublicAddress(address) ? undefined : NOT_PUBLIC;
  if (!host.includes('.') || LOCAL_SUFFIXES.test(host)) return 'must name a host on the public internet';
  return undefined;
}

/** Said of URLs whose host has an address that is not public. */
export const NOT_PUBLIC = 'leads to an address that is not on the public internet';
