import { describe, expect, it } from 'vitest';
import type { PageParts } from './open-with-key.ts';

const BROWSER = { accept: 'text/html' };

export function files(parts: () => PageParts): void {
  describe('the files of the page', () => {
    it('are kept for a year under names of their contents, and the document is asked for again', async () => {
      const { url } = parts().stack;
      const page = await fetch(url, { headers: BROWSER });
      const names = [...(await page.text()).matchAll(/(?:href|src)="(\/assets\/[^"]+)"/gu)].map(
        ([, name]) => name,
      );
      expect(names.map((name = '') => name.replace(/-\w{8}\./u, '.')).sort()).toEqual([
        '/assets/main.css',
        '/assets/main.js',
      ]);
      for (const name of names) {
        const file = await fetch(`${url}${name}`);
        expect(file.status).toBe(200);
        expect(file.headers.get('cache-control')).toContain('immutable');
        expect(file.headers.get('x-content-type-options')).toBe('nosniff');
        expect(file.headers.get('content-type')).toMatch(/^text\/(?:css|javascript)/u);
      }
      const etag = page.headers.get('etag') ?? '';
      expect(etag).not.toBe('');
      const again = await fetch(url, { headers: { ...BROWSER, 'if-none-match': etag } });
      expect(again.status).toBe(304);
    });

    it('are nothing else: the document has no name without its policy, and what is no file is the API’s', async () => {
      const { url } = parts().stack;
      for (const path of ['/index.html', '/assets/', '/assets/main.js', '/_headers']) {
        const answer = await fetch(`${url}${path}`, { headers: BROWSER });
        expect(answer.status, path).toBe(404);
        expect(await answer.json()).toMatchObject({ error: { code: 'not_found' } });
      }
      expect(await (await fetch(`${url}/licences.txt`)).text()).toContain('SIL OPEN FONT LICENSE');
      expect(await (await fetch(url)).text()).toContain('POST  /v1/images/generations');
    });
  });
}
