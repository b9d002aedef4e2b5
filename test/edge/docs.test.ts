import { expect, it } from 'vitest';
import type { ApiDocument } from '../../edge/docs/document.ts';
import { renderDocs } from '../../edge/docs/page/render-docs.ts';
import { createTestEdge } from './fakes/test-edge.ts';

const edge = createTestEdge();
const response = await edge.fetch('/docs');
const page = await response.text();
const document = await (await edge.fetch('/openapi.json')).json<ApiDocument>();

it('is a page under a policy that allows its own style sheet alone', async () => {
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toMatch(/^text\/html/u);
  const [, style = ''] = /<style>(.*?)<\/style>/su.exec(page) ?? [];
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(style));
  const hash = btoa(String.fromCharCode(...new Uint8Array(digest)));
  const policy = response.headers.get('content-security-policy') ?? '';
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain(`style-src 'sha256-${hash}'`);
});

it('asks nobody for anything, and links within this origin', () => {
  expect(page).not.toMatch(/<(?:script|img|iframe|object|embed)\b|@import|url\(|\bon\w+=|\bstyle=/iu);
  const links = [...page.matchAll(/href="([^"]*)"/gu)].map(([, link]) => link ?? '');
  for (const link of links) expect(link).toMatch(/^(?:#[\w-]+|\/|\/openapi\.json|\/favicon\.svg)$/u);
  const ids = new Set([...page.matchAll(/ id="([^"]*)"/gu)].map(([, id]) => id));
  expect(links.filter((link) => link.startsWith('#') && !ids.has(link.slice(1)))).toEqual([]);
});

it('has every endpoint with every status, program and field', () => {
  const text = page
    .replaceAll(/<[^>]*>/gu, '')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'");
  const plain = text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const operation of Object.values(methods)) {
      const { operationId, responses } = operation;
      const [article = ''] = page.split(`<article id="${operationId}">`).at(1)?.split('</article>') ?? [];
      expect(article, operationId).toContain(`<code>${path}</code>`);
      for (const status of Object.keys(responses)) expect(article, operationId).toContain(status);
      for (const { source } of operation['x-codeSamples'] ?? []) expect(plain).toContain(source);
    }
  }
  for (const [name, { properties = {} }] of Object.entries(document.components.schemas)) {
    const [article = ''] = page.split(`<article id="schema-${name}">`).at(1)?.split('</article>') ?? [];
    for (const field of Object.keys(properties)) expect(article, name).toContain(`<code>${field}</code>`);
  }
});

it('shows what stands in the document as text, whatever it is', async () => {
  const hostile = '</style><script>alert(1)</script>"\'`<b>`';
  const changed = JSON.parse(
    JSON.stringify(document).replaceAll('Make pictures from a prompt', JSON.stringify(hostile).slice(1, -1)),
  );
  const html = await renderDocs(changed);
  expect(html).not.toContain('<script>');
  expect(html.split('</style>')).toHaveLength(2);
});
