import { html, raw } from 'hono/html';
import type { ApiDocument } from '../document.ts';
import { renderOperation } from './render-operation.ts';
import { renderBody } from './render-schema.ts';
import { type Markup, renderText } from './render-text.ts';
import { type Section, sectionsOf } from './sections.ts';
import { STYLE } from './style.ts';

/** The whole documentation as one page without scripts. */
export async function renderDocs(document: ApiDocument): Promise<string> {
  const sections = sectionsOf(document);
  const { title, description = '' } = document.info;
  const page = await html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}: API</title>
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
<style>${raw(STYLE)}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the endpoints</a>
${renderNavigation(title, sections)}
<main id="main">
<h1>${title}</h1>
${renderText(description)}
<p>Examples run as they stand, with your key in <code>GALIP_API_KEY</code>. As data: <a href="/openapi.json">OpenAPI 3.1</a>.</p>
${sections.map(
  ({ title: name, entries }) => html`<section id="${idOf(name)}"><h2>${name}</h2>
${entries.map((entry) => renderOperation(entry, document.components.schemas))}</section>`,
)}
${renderSchemas(document)}
</main>
</body>
</html>`;
  return String(page);
}

function renderNavigation(title: string, sections: readonly Section[]): Markup {
  return html`<nav aria-label="Endpoints"><p><a href="/">${title}</a></p>${sections.map(
    ({ title: name, entries }) =>
      html`<details open><summary>${name}</summary><ul>${entries.map(
        ({ method, operation: { operationId, summary } }) =>
          html`<li><a href="#${operationId}"><span class="method ${method}">${method.toUpperCase()}</span> ${summary}</a></li>`,
      )}</ul></details>`,
  )}<p><a href="#schemas">Schemas</a></p></nav>`;
}

function renderSchemas({ components }: ApiDocument): Markup {
  return html`<section id="schemas"><h2>Schemas</h2>${Object.entries(components.schemas).map(
    ([name, schema]) =>
      html`<article id="schema-${name}"><h3><a href="#schema-${name}">${name}</a></h3>${renderBody(schema)}</article>`,
  )}</section>`;
}

function idOf(title: string): string {
  return title.toLowerCase().replaceAll(' ', '-');
}
