import { describe, expect, it } from 'vitest';
import { isPublicAddress, parseIpAddress } from '../../edge/webhooks/ip-address.ts';
import { webhookUrlProblem } from '../../edge/webhooks/webhook-url.ts';

/** Hosts of URLs that must never be called, by what they are. */
const REFUSED: Record<string, readonly string[]> = {
  loopback: ['127.0.0.1', '127.1', '127.0.1', '127.255.255.254', '[::1]', '[0:0:0:0:0:0:0:1]'],
  'this network': ['0.0.0.0', '0', '0.1.2.3', '[::]'],
  private: [
    '10.0.0.1',
    '10.255.255.255',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.0.1',
    '[fc00::1]',
    '[fd12::1]',
  ],
  'link-local': ['169.254.0.1', '[fe80::1]', '[febf::1]', '[fec0::1]'],
  metadata: [
    '169.254.169.254',
    '169.254.170.2',
    '100.100.100.200',
    '[fd00:ec2::254]',
    'metadata.google.internal',
  ],
  'carriers’ NAT': ['100.64.0.1', '100.127.255.255'],
  multicast: ['224.0.0.1', '239.255.255.255', '[ff02::1]', '[ff0e::1]'],
  reserved: [
    '240.0.0.1',
    '255.255.255.255',
    '192.0.0.8',
    '192.0.2.1',
    '198.51.100.1',
    '203.0.113.1',
    '198.18.0.1',
    '198.19.255.255',
    '192.88.99.1',
    '[100::1]',
    '[2001:db8::1]',
    '[3fff::1]',
    '[2001:2::1]',
    '[2001:10::1]',
    '[5f00::1]',
    '[4000::1]',
  ],
  decimal: ['2130706433', '3232235521', '2852039166', '127.16777214'],
  octal: ['0177.0.0.1', '017700000001', '0300.0250.0.1', '0251.0376.0251.0376'],
  hexadecimal: ['0x7f.0.0.1', '0x7f000001', '0xA9FEA9FE', '0xa9.0xfe.0xa9.0xfe', '0x7f.1'],
  'percent-encoded and full-width': ['%31%32%37.0.0.1', '１２７.０.０.１', '①②⑦.0.0.1', '127。0。0。1'],
  'IPv4-mapped': ['[::ffff:127.0.0.1]', '[::ffff:a9fe:a9fe]', '[::ffff:10.0.0.1]', '[::ffff:8.8.8.8]'],
  'IPv4-compatible': ['[::127.0.0.1]', '[::a9fe:a9fe]', '[::8.8.8.8]'],
  'IPv4-translated': ['[::ffff:0:127.0.0.1]'],
  '6to4': ['[2002:7f00:1::1]', '[2002:a9fe:a9fe::]', '[2002:808:808::1]'],
  NAT64: ['[64:ff9b::127.0.0.1]', '[64:ff9b::a9fe:a9fe]', '[64:ff9b:1::1]', '[64:ff9b::8.8.8.8]'],
  Teredo: ['[2001::1]', '[2001:0:53aa:64c:0:0:80ff:fffe]'],
  ISATAP: ['[2606:4700::5efe:7f00:1]', '[2606:4700::200:5efe:a9fe:a9fe]', '[fe80::5efe:10.0.0.1]'],
  names: [
    'localhost',
    'LOCALHOST.',
    'app.localhost',
    'printer.local',
    'svc.cluster.local',
    'db.internal',
    'host.home.arpa',
    '1.0.0.127.in-addr.arpa',
    'router.lan',
    'intranet',
    'nas.home',
    'x.test',
    'x.invalid',
    'x.onion',
    'localhost.localdomain',
  ],
};
const refused = Object.entries(REFUSED).flatMap(([kind, hosts]) =>
  hosts.map((host) => [kind, host] as const),
);

const ALLOWED = [
  'hooks.example.com',
  'HOOKS.example.com.',
  'xn--bcher-kva.example.com',
  'bücher.example.com',
  'localhost.example.com',
  'internal.example.com',
  '8.8.8.8',
  '1.1.1.1',
  '100.63.255.255',
  '100.128.0.0',
  '172.15.255.255',
  '172.32.0.0',
  '192.0.1.1',
  '223.255.255.255',
  '[2606:4700:4700::1111]',
  '[2001:4860:4860::8888]',
  '[2001:200::1]',
  '[2600:1f00::5eff:7f00:1]',
];

describe('the URL of a webhook', () => {
  it('is tried with at least 60 addresses', () => {
    expect(refused.length).toBeGreaterThanOrEqual(60);
    expect(new Set(refused.map(([, host]) => host)).size).toBe(refused.length);
  });

  it.each(refused)('is refused: %s, %s', (_, host) => {
    expect(webhookUrlProblem(`https://${host}/hook`)).toBeTypeOf('string');
    expect(webhookUrlProblem(`https://${host}:8443/hook?a=b`)).toBeTypeOf('string');
  });

  it.each(ALLOWED)('may be https://%s', (host) => {
    expect(webhookUrlProblem(`https://${host}/hook?a=b`)).toBeUndefined();
  });

  it.each([
    'http://hooks.example.com',
    'ftp://hooks.example.com',
    'javascript:alert(1)',
    'file:///etc/passwd',
    'data:text/plain,x',
    'hooks.example.com',
    '//hooks.example.com',
    '',
    'https://',
    'https://user@hooks.example.com',
    'https://user:secret@hooks.example.com',
    'https://hooks.example.com/#x',
    'https://[::1',
    'https://1.2.3.4.5.6',
    'https://256.1.1.1',
    `https://hooks.example.com/${'x'.repeat(2_048)}`,
  ])('is refused for its form: %s', (url) => {
    expect(webhookUrlProblem(url)).toBeTypeOf('string');
  });

  it('does not repeat credentials', () => {
    expect(webhookUrlProblem('https://user:hidden@hooks.example.com')).not.toContain('hidden');
  });
});

describe('an address from DNS', () => {
  it.each(['127.0.0.1', '::1', '::ffff:10.0.0.1', 'fe80::1', '2002:7f00:1::', '0:0:0:0:0:ffff:a9fe:a9fe'])(
    'is refused: %s',
    (text) => {
      const address = parseIpAddress(text);
      expect(address && isPublicAddress(address)).toBe(false);
    },
  );

  it.each(['8.8.8.8', '2606:4700:4700::1111', '2606:4700:4700:0:0:0:0:1111'])('is public: %s', (text) => {
    const address = parseIpAddress(text);
    expect(address && isPublicAddress(address)).toBe(true);
  });

  it.each(['', 'name', '1.2.3', '1.2.3.256', '1.2.3.4.5', 'fe80::1%eth0', ':::', '1::2::3', 'g::1', '::1]'])(
    'is none: %j',
    (text) => {
      expect(parseIpAddress(text)).toBeUndefined();
    },
  );

  it('is read byte by byte', () => {
    expect(parseIpAddress('1.2.3.255')).toEqual(Uint8Array.of(1, 2, 3, 255));
    expect(parseIpAddress('102:304::fe')).toEqual(Uint8Array.of(1, 2, 3, 4, ...Array(11).fill(0), 0xfe));
    expect(parseIpAddress('::')).toEqual(new Uint8Array(16));
  });
});
