/**
 * What workerd asks for `caches.default`: on Cloudflare the colo's cache, here a map. A put's body is the response as
 * HTTP writes it.
 */
interface Entry {
  readonly headers: Headers;
  readonly body: Uint8Array<ArrayBuffer>;
}

const HEAD_END = '\r\n\r\n';

const entries = new Map<string, Entry>();

export default {
  async fetch(request: Request): Promise<Response> {
    if (request.method === 'PUT') {
      entries.set(request.url, entryOf(new Uint8Array(await request.arrayBuffer())));
      return new Response(null, { status: 204 });
    }
    const entry = entries.get(request.url);
    if (!entry) return new Response(null, { status: 504, headers: { 'cf-cache-status': 'MISS' } });
    return new Response(entry.body, { headers: entry.headers });
  },
};

function entryOf(message: Uint8Array<ArrayBuffer>): Entry {
  const text = new TextDecoder('latin1').decode(message);
  const headLength = text.indexOf(HEAD_END);
  const headers = new Headers({ 'cf-cache-status': 'HIT' });
  for (const line of text.slice(0, headLength).split('\r\n').slice(1)) {
    const colon = line.indexOf(':');
    headers.set(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  return { headers, body: message.slice(headLength + HEAD_END.length) };
}
