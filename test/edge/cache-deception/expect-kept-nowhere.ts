import { expect } from 'vitest';

/** By no cache on the way. */
export function expectKeptNowhere(path: string, { headers }: { readonly headers: Headers }): void {
  expect(headers.get('cache-control'), path).toMatch(/\bno-store\b/u);
  expect(headers.get('cache-control'), path).not.toMatch(/public|max-age|immutable/u);
  expect(headers.get('set-cookie'), path).toBeNull();
  expect(headers.get('strict-transport-security'), path).toBe('max-age=63072000');
}
