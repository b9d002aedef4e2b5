interface Owner {
  readonly origin: string;
  readonly tenant: string;
  readonly key: string;
}

/** Of proxies, frameworks and caches; and the key where it does not belong. */
export function headersFor(path: string, { origin, tenant, key }: Owner): Record<string, string>[] {
  const named: [string, string][] = [
    ['accept', 'text/css,*/*'],
    ['accept', 'text/event-stream'],
    ['accept-encoding', 'br, gzip, identity;q=0'],
    ['range', 'bytes=0-8'],
    ['if-range', '"x"'],
    ['if-none-match', '*'],
    ['cache-control', 'only-if-cached, max-stale=99999'],
    ['host', 'evil.example'],
    ['x-host', 'evil.example'],
    ['x-forwarded-host', 'evil.example'],
    ['x-forwarded-for', '127.0.0.1'],
    ['x-forwarded-proto', 'http'],
    ['x-forwarded-prefix', '/evil'],
    ['forwarded', 'for=127.0.0.1;host=evil.example'],
    ['cf-connecting-ip', '127.0.0.1'],
    ['x-original-url', path],
    ['x-rewrite-url', path],
    ['x-http-method-override', 'OPTIONS'],
    ['x-http-method', 'HEAD'],
    ['x-method-override', 'OPTIONS'],
    ['x-middleware-subrequest', 'middleware'],
    ['origin', origin],
    ['sec-fetch-site', 'same-origin'],
    ['connection', 'authorization'],
    ['x-request-id', tenant],
    ['x-tenant', tenant],
    ['idempotency-key', 'k1'],
    ['last-event-id', '0'],
    ['cookie', `authorization=Bearer ${key}`],
    ['x-api-key', key],
    ['api-key', key],
    ['x-authorization', `Bearer ${key}`],
    ['proxy-authorization', `Bearer ${key}`],
    ['sec-websocket-protocol', `galip-live, galip-key.${key}`],
  ];
  return named.map(([name, value]) => ({ [name]: value }));
}
