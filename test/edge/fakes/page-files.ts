import type { PageFiles } from '../../../edge/routes/get-index.ts';

const ETAG = '"page-1"';

/** The page's document alone, as the platform serves it. */
export function createPageFiles(): PageFiles {
  return {
    async fetch(request) {
      const { pathname } = new URL(request.url);
      if (pathname !== '/index.html') return new Response(null, { status: 404 });
      const headers = { etag: ETAG, 'content-type': 'text/html; charset=utf-8' };
      if (request.headers.get('if-none-match') === ETAG) return new Response(null, { status: 304, headers });
      return new Response(request.method === 'HEAD' ? null : '<!doctype html>', { headers });
    },
  };
}
