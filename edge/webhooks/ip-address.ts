/** An address of four or sixteen bytes, or undefined: `text` is none. Takes the forms that URLs and DNS answers have. */
export function parseIpAddress(text: string): Uint8Array | undefined {
  if (!text.includes(':')) return parseIpV4(text);
  // The URL parser knows every spelling and gives one back.
  const url = `http://[${text}]`;
  return URL.canParse(url) ? expandIpV6(new URL(url).hostname.slice(1, -1)) : undefined;
}

function parseIpV4(text: string): Uint8Array | undefined {
  if (!/^\d{1,3}(?:\.\d{1,3}){3}$/u.test(text)) return undefined;
  const bytes = text.split('.').map(Number);
  return bytes.every((byte) => byte <= 255) ? Uint8Array.from(bytes) : undefined;
}

/** `text`: the serialisation of the URL standard, hexadecimal throughout. */
function expandIpV6(text: string): Uint8Array {
  const [head = [], tail = []] = text.split('::').map((part) => part.split(':').filter((group) => group));
  const zeros = Array.from({ length: 8 - head.length - tail.length }, () => '0');
  const groups = [...head, ...zeros, ...tail].map((group) => Number.parseInt(group, 16));
  return Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff]));
}

/** What is not an address of one host on the public internet. @see https://www.iana.org/assignments/iana-ipv4-special-registry */
const SPECIAL_V4 = [
  '0.0.0.0/8', // this network
  '10.0.0.0/8', // private
  '100.64.0.0/10', // carriers' NAT
  '127.0.0.0/8', // loopback
  '169.254.0.0/16', // link-local, and the metadata services of clouds
  '172.16.0.0/12', // private
  '192.0.0.0/24', // protocol assignments
  '192.0.2.0/24', // documentation
  '192.31.196.0/24', // AS112
  '192.52.193.0/24', // AMT relays
  '192.88.99.0/24', // 6to4 relays
  '192.168.0.0/16', // private
  '192.175.48.0/24', // AS112
  '198.18.0.0/15', // benchmarks
  '198.51.100.0/24', // documentation
  '203.0.113.0/24', // documentation
  '224.0.0.0/4', // multicast
  '240.0.0.0/4', // reserved, and broadcast
].map(rangeOf);

/**
 * Only 2000::/3 is given to hosts, so loopback, link-local, unique-local, multicast, IPv4-mapped and -compatible, and
 * NAT64 addresses (64:ff9b::/96, 64:ff9b:1::/48) lie outside of it. @see https://www.iana.org/assignments/iana-ipv6-special-registry
 */
const GLOBAL_V6 = rangeOf('2000::/3');
const SPECIAL_V6 = [
  '2001::/23', // protocol assignments: Teredo, benchmarks, ORCHID
  '2001:db8::/32', // documentation
  '2002::/16', // 6to4: carries an IPv4 address
  '2620:4f:8000::/48', // AS112
  '3fff::/20', // documentation
].map(rangeOf);

/** Whether an address is that of a host on the public internet, in no disguise of another. */
export function isPublicAddress(address: Uint8Array): boolean {
  if (address.length === 4) return !SPECIAL_V4.some((range) => isIn(range, address));
  return isIn(GLOBAL_V6, address) && !SPECIAL_V6.some((range) => isIn(range, address)) && !isIsatap(address);
}

/** ISATAP (RFC 5214) hides an IPv4 address behind any prefix: 0:5efe or 200:5efe, then its four bytes. */
function isIsatap(address: Uint8Array): boolean {
  const [high = 0, low, a, b] = address.subarray(8, 12);
  return (high === 0 || high === 2) && low === 0 && a === 0x5e && b === 0xfe;
}

interface Range {
  readonly prefix: Uint8Array;
  readonly bits: number;
}

function rangeOf(text: string): Range {
  const [address = '', bits] = text.split('/');
  const prefix = parseIpAddress(address);
  if (!prefix) throw new Error(`${text} is no range of addresses`);
  return { prefix, bits: Number(bits) };
}

function isIn({ prefix, bits }: Range, address: Uint8Array): boolean {
  for (let bit = 0; bit < bits; bit++) {
    const [byte, mask] = [bit >> 3, 0x80 >> (bit & 7)];
    if (((prefix[byte] ?? 0) & mask) !== ((address[byte] ?? 0) & mask)) return false;
  }
  return prefix.length === address.length;
}
